// Paints what the address space map's layout has; knows colours, and nothing of addresses.

import { readColor } from '../canvas/css-colors.ts';
import { Brush } from '../picture/brush.ts';
import { readPictureColors, type PictureColors } from '../picture/colors.ts';
import type { Box } from '../picture/memory.ts';
import type { Bar, Extent, FoldBox, Glow, MapLayout, RegionBox } from './layout.ts';

export interface MapColors extends PictureColors {
  readonly read: string;
  readonly write: string;
  readonly both: string;
  readonly empty: string;
  readonly mapped: string;
  readonly unmapped: string;
}

export function readMapColors(): MapColors {
  return {
    ...readPictureColors(),
    read: readColor('--map-read'),
    write: readColor('--map-write'),
    both: readColor('--map-both'),
    empty: readColor('--map-free'),
    mapped: readColor('--map-mapped'),
    unmapped: readColor('--map-unmapped'),
  };
}

const RULER = 20;
const OVERVIEW = 8;
const GAP = 5;
/** Bars this wide stand apart from each other. */
const APART_PX = 4;
const LABEL_PX = 96;
const REGION_LABEL_PX = 46;

const REGION_WORDS: Readonly<Record<RegionBox['kind'], string>> = {
  reserved: 'reserved',
  msi: 'interrupts',
  identity: 'identity',
  outside: 'not translated',
};

/** What of the map is true of a person's keyboard. */
export interface MapFocus {
  /** Where the keyboard's mark is; null where it has none. */
  readonly cursor: number | null;
}

class MapPaint {
  readonly #brush: Brush;
  readonly #colors: MapColors;
  readonly #band: Box;
  readonly #strip: Box;

  constructor(context: CanvasRenderingContext2D, colors: MapColors, width: number, height: number) {
    this.#brush = new Brush(context, colors, 1);
    this.#colors = colors;
    const strip = height - OVERVIEW;
    this.#band = { x: 0, y: RULER, width, height: strip - GAP - RULER };
    this.#strip = { x: 0, y: strip, width, height: OVERVIEW };
  }

  ground(): void {
    const { context } = this.#brush;
    context.fillStyle = this.#colors.empty;
    context.fillRect(this.#band.x, this.#band.y, this.#band.width, this.#band.height);
  }

  region(box: RegionBox): void {
    const { y, height } = this.#band;
    const { closed, hatch, quiet, ground } = this.#colors;
    const area = { ...box, y, height };
    this.#fill(area, closed);
    const isOutside = box.kind === 'outside';
    this.#brush.hatch(area, hatch, isOutside ? 4 : 8, isOutside ? 1.5 : 1);
    if (box.width < REGION_LABEL_PX) return;
    const label = { x: box.x + 4, y: y + height - 16, width: box.width - 8, height: 14 };
    this.#brush.text(REGION_WORDS[box.kind], label, { size: 10, color: quiet, halo: ground });
  }

  /** The upper half is the right to read, the lower one the right to write. */
  bar(bar: Bar, { y, height }: Box): void {
    const { context } = this.#brush;
    const { canRead, canWrite } = bar;
    const { read, write, both, line } = this.#colors;
    const width = bar.width >= APART_PX ? bar.width - 1 : bar.width;
    context.globalAlpha = bar.share < 1 ? 0.35 + 0.65 * bar.share : 1;
    if (!canRead && !canWrite) {
      this.#fill({ x: bar.x, y: y + height / 2 - 1, width, height: 2 }, line);
    } else {
      const top = canRead ? y : y + height / 2;
      const tall = canRead && canWrite ? height : height / 2;
      const color = canRead && canWrite ? both : canRead ? read : write;
      this.#fill({ x: bar.x, y: top, width, height: tall }, color);
    }
    context.globalAlpha = 1;
  }

  band(bar: Bar, label: string | null): void {
    const { y, height } = this.#band;
    this.bar(bar, this.#band);
    if (label === null || bar.width < LABEL_PX) return;
    const { text, ground } = this.#colors;
    const x = Math.max(4, bar.x + 6);
    const width = Math.min(bar.x + bar.width, this.#band.width) - x - 4;
    const box = { x, y: y + height / 2 - 8, width, height: 16 };
    this.#brush.text(label, box, { size: 11, color: text, halo: ground });
  }

  fold({ x, width }: FoldBox): void {
    const { y, height } = this.#band;
    const { context } = this.#brush;
    const { ground, line } = this.#colors;
    this.#fill({ x, y: y - 3, width, height: height + 6 }, ground);
    context.strokeStyle = line;
    context.lineWidth = 1.5;
    for (const at of [x + width * 0.3, x + width * 0.7]) {
      context.beginPath();
      for (let each = 0; each <= 6; each += 1) {
        const side = each % 2 === 0 ? -2 : 2;
        context.lineTo(at + side, y - 2 + ((height + 4) * each) / 6);
      }
      context.stroke();
    }
  }

  /** What came is full, what went is hollow. */
  glow({ x, width, kind, strength }: Glow): void {
    const { context } = this.#brush;
    const { y, height } = this.#band;
    context.globalAlpha = strength;
    if (kind === 'mapped') this.#fill({ x, y, width, height }, this.#colors.mapped);
    else {
      context.strokeStyle = this.#colors.mapped;
      context.lineWidth = 1.5;
      context.strokeRect(x + 0.5, y + 0.75, Math.max(2, width - 1), height - 1.5);
    }
    context.globalAlpha = 1;
  }

  lit({ x, width }: Extent): void {
    const { context } = this.#brush;
    const { y, height } = this.#band;
    context.strokeStyle = this.#colors.focus;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 3, width + 2, height + 6);
  }

  fault(x: number, count: number): void {
    const { context } = this.#brush;
    const { y, height } = this.#band;
    const { blocked, ground } = this.#colors;
    context.strokeStyle = blocked;
    context.lineWidth = 1;
    context.setLineDash([3, 2]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x, y + height);
    context.stroke();
    context.setLineDash([]);
    this.#brush.cross({ x, y: y + 9 }, 9, blocked);
    if (count < 2) return;
    const box = { x: x + 8, y: y + 1, width: 40, height: 16 };
    this.#brush.text(`×${count}`, box, { size: 10, color: blocked, isBold: true, halo: ground });
  }

  tick(x: number, label: string): void {
    const { context } = this.#brush;
    const { quiet, line } = this.#colors;
    this.#fill({ x, y: RULER - 5, width: 1, height: 5 }, line);
    context.globalAlpha = 1;
    this.#brush.text(label, { x, y: 0, width: 200, height: 14 }, { size: 10, color: quiet });
  }

  cursor(x: number): void {
    const { y, height } = this.#band;
    this.#fill({ x: x - 1, y: y - 4, width: 2, height: height + 8 }, this.#colors.focus);
  }

  overview({ bars, shown }: NonNullable<MapLayout['overview']>): void {
    const { context } = this.#brush;
    const { empty, focus } = this.#colors;
    this.#fill(this.#strip, empty);
    for (const bar of bars) this.bar(bar, this.#strip);
    context.strokeStyle = focus;
    context.lineWidth = 1.5;
    const { y, height } = this.#strip;
    context.strokeRect(shown.x, y + 0.75, shown.width, height - 1.5);
  }

  #fill({ x, y, width, height }: Box, color: string): void {
    this.#brush.context.fillStyle = color;
    this.#brush.context.fillRect(x, y, width, height);
  }
}

/** Draws one frame; the context's transform already scales CSS pixels to device pixels. `labelOf`: what a mapping leads to. */
export function paintMap(
  context: CanvasRenderingContext2D,
  colors: MapColors,
  layout: MapLayout,
  height: number,
  { labelOf, cursor }: MapFocus & { readonly labelOf: (index: number) => string },
): void {
  const { width } = layout.window;
  context.clearRect(0, 0, width, height);
  const paint = new MapPaint(context, colors, width, height);
  paint.ground();
  for (const region of layout.regions) paint.region(region);
  for (const bar of layout.bars) {
    const hasLabel = bar.count === 1 && bar.width >= LABEL_PX;
    paint.band(bar, hasLabel ? labelOf(bar.index) : null);
  }
  for (const glow of layout.glows) paint.glow(glow);
  for (const fold of layout.folds) paint.fold(fold);
  for (const tick of layout.ticks) paint.tick(tick.x, tick.label);
  for (const extent of layout.lit) paint.lit(extent);
  for (const { x, count } of layout.faults) paint.fault(x, count);
  if (cursor !== null) paint.cursor(cursor);
  if (layout.overview !== null) paint.overview(layout.overview);
}
