// A map of pages as dots on a canvas: the whole space, by rising address from left to right and from top to bottom.

/** Pages of a row. */
const COLUMNS = 1024;
/** A page alone could not be seen: dots are drawn so many times as large. */
const DOT = 12;

/** Draws a byte for each page; `colorOf` gives null for what is not drawn. */
export function drawPageDots(
  canvas: HTMLCanvasElement,
  map: Uint8Array,
  colorOf: (bits: number) => string | null,
): void {
  const rows = Math.ceil(map.length / COLUMNS);
  canvas.width = COLUMNS;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, COLUMNS, rows);
  for (let page = 0; page < map.length;) {
    const bits = map[page] ?? 0;
    let end = page + 1;
    while (end < map.length && map[end] === bits) end += 1;
    const color = colorOf(bits);
    if (color !== null) {
      context.fillStyle = color;
      fillRun(context, page, end, rows);
    }
    page = end;
  }
}

function fillRun(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  height: number,
): void {
  for (let page = from; page < to;) {
    const [x, y] = [page % COLUMNS, Math.floor(page / COLUMNS)];
    const rows = x === 0 ? Math.floor((to - page) / COLUMNS) : 0;
    const pages = rows > 0 ? COLUMNS : Math.min(to - page, COLUMNS - x);
    const [w, h] = [Math.max(pages, DOT), Math.max(rows, DOT)];
    context.fillRect(Math.min(x, COLUMNS - w), Math.max(0, Math.min(y, height - h)), w, h);
    page += rows > 0 ? rows * COLUMNS : pages;
  }
}
