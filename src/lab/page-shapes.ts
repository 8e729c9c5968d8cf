// A map of pages as rectangles: the whole space, by rising address from left to right and from top to bottom, one unit a page.

/** Pages of a row. */
export const PAGE_COLUMNS = 1024;
/** A page alone could not be seen: each is drawn so many times as large. */
const DOT = 12;

/** Of pages that are alike. */
export interface PageShape {
  readonly bits: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rows of a map with a byte for each page. */
export function pageRows(map: Uint8Array): number {
  return Math.ceil(map.length / PAGE_COLUMNS);
}

/** Runs of like pages, each within a row; whole rows of them are one shape. Those of bits 0 are left out. */
export function* pageShapes(map: Uint8Array): Generator<PageShape> {
  const rows = pageRows(map);
  for (let page = 0; page < map.length;) {
    const bits = map[page] ?? 0;
    let end = page + 1;
    while (end < map.length && map[end] === bits) end += 1;
    if (bits !== 0) yield* shapesOf(bits, page, end, rows);
    page = end;
  }
}

function* shapesOf(bits: number, from: number, to: number, rows: number): Generator<PageShape> {
  for (let page = from; page < to;) {
    const [x, y] = [page % PAGE_COLUMNS, Math.floor(page / PAGE_COLUMNS)];
    const whole = x === 0 ? Math.floor((to - page) / PAGE_COLUMNS) : 0;
    const pages = whole > 0 ? PAGE_COLUMNS : Math.min(to - page, PAGE_COLUMNS - x);
    const [width, height] = [Math.max(pages, DOT), Math.max(whole, DOT)];
    const left = Math.min(x, PAGE_COLUMNS - width);
    const top = Math.max(0, Math.min(y, rows - height));
    yield { bits, x: left, y: top, width, height };
    page += whole > 0 ? whole * PAGE_COLUMNS : pages;
  }
}
