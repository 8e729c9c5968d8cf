// Paints what iova-layout laid out; knows colours and nothing else.

import type { CellFill, IovaMapLayout, Viewport } from './iova-layout.ts';

/** Colours as the canvas takes them. */
export interface IovaMapColors {
  readonly fills: Readonly<Record<CellFill, string>>;
  readonly mapped: string;
  readonly unmapped: string;
}

/** Draws one frame; the context's transform already scales CSS pixels to device pixels. */
export function paintIovaMap(
  context: CanvasRenderingContext2D,
  layout: IovaMapLayout,
  colors: IovaMapColors,
  viewport: Viewport,
): void {
  const size = layout.pitch - 1;
  context.clearRect(0, 0, viewport.width, viewport.height);
  for (const cell of layout.cells) {
    context.fillStyle = colors.fills[cell.fill];
    context.fillRect(cell.x, cell.y, size, size);
  }
  for (const glow of layout.glows) {
    context.globalAlpha = glow.strength;
    context.fillStyle = glow.kind === 'mapped' ? colors.mapped : colors.unmapped;
    context.fillRect(glow.x, glow.y, size, size);
  }
  context.globalAlpha = 1;
}
