// A map of pages as dots on a canvas.

import { PAGE_COLUMNS, pageRows, pageShapes } from '../../src/lab/page-shapes.ts';

/** Draws a byte for each page but those that are 0; `colorOf` gives null for what is not drawn. */
export function drawPageDots(
  canvas: HTMLCanvasElement,
  map: Uint8Array,
  colorOf: (bits: number) => string | null,
): void {
  const rows = pageRows(map);
  canvas.width = PAGE_COLUMNS;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, PAGE_COLUMNS, rows);
  for (const { bits, x, y, width, height } of pageShapes(map)) {
    const color = colorOf(bits);
    if (color === null) continue;
    context.fillStyle = color;
    context.fillRect(x, y, width, height);
  }
}
