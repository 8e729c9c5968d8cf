// Paints the memory map: far away as one image with a dot a page, near as cells whose shape tells the rights.

import { Brush } from '../picture/brush.ts';
import { deviceColor, type PictureColors } from '../picture/colors.ts';
import { PAGE_BYTES, type Run } from '../picture/runs.ts';
import { cellOf, type MemoryAreas } from './areas.ts';
import { placeOfPage, visibleLines, type Grid, type Size, type View } from './layout.ts';
import { ownerOf, type Owner } from './owners.ts';
import { MOST_DEVICES, type PageReach } from './reach.ts';

/** From this scale on, cells are shapes. */
const SHAPES_FROM = 6;
/** And have the number of their device. */
const NUMBERS_FROM = 20;
/** Colours of devices, then these. */
const SEVERAL = MOST_DEVICES;
const OPEN = MOST_DEVICES + 1;
const NOBODY = MOST_DEVICES + 2;
const KERNEL = MOST_DEVICES + 3;
const COLORS = MOST_DEVICES + 4;

export interface MemoryScene {
  readonly areas: MemoryAreas;
  readonly reach: PageReach;
  /** Bytes of the kernel's code; null where they are not known. */
  readonly kernel: Run | null;
}

function colorsOf(colors: PictureColors): readonly string[] {
  return Array.from({ length: COLORS }, (_, at) => {
    if (at === SEVERAL) return colors.shared;
    if (at === OPEN) return colors.bypass;
    if (at === NOBODY) return colors.free;
    return at === KERNEL ? colors.kernel : deviceColor(colors, at);
  });
}

function colorOf(owner: Owner, isKernel: boolean): number {
  switch (owner.kind) {
    case 'device':
      return owner.index;
    case 'several':
      return SEVERAL;
    case 'open':
      return OPEN;
    case 'nobody':
      return isKernel ? KERNEL : NOBODY;
  }
}

/** The bytes of `rgb(…)` colours as one little-endian word each. */
function wordsOf(colors: readonly string[]): Uint32Array {
  return Uint32Array.from(colors, (color) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

/** The whole map with a pixel a page, or `1 << level` pages in a line and as many lines where that is far too many. */
export function imageOf(
  { reach, kernel }: MemoryScene,
  grid: Grid,
  colors: PictureColors,
  level: number,
): ImageData {
  const width = Math.max(1, grid.columns >> level);
  const height = Math.max(1, Math.ceil(grid.lines / (1 << level)));
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const words = wordsOf(colorsOf(colors));
  // Whoever is reached outweighs what is free
  const seen = new Uint8Array(pixels.length);
  for (const { area, line } of grid.blocks) {
    const pages = area.run.last - area.run.first + 1;
    for (let into = 0; into < pages; into += 1) {
      const cell = area.cell + into;
      const owner = ownerOf((reach.readers[cell] ?? 0) | (reach.writers[cell] ?? 0), reach.open);
      const byte = (area.run.first + into) * PAGE_BYTES;
      const isKernel = kernel !== null && kernel.first <= byte && byte <= kernel.last;
      const at =
        ((line + Math.floor(into / grid.columns)) >> level) * width +
        ((into % grid.columns) >> level);
      const rank = owner.kind === 'nobody' ? 1 : 2;
      if (rank < (seen[at] ?? 0)) continue;
      seen[at] = rank;
      pixels[at] = words[colorOf(owner, isKernel)] ?? 0;
    }
  }
  return image;
}

class Cells {
  readonly #brush: Brush;
  readonly #scene: MemoryScene;
  readonly #colors: readonly string[];
  readonly #scale: number;

  constructor(brush: Brush, scene: MemoryScene, scale: number) {
    this.#brush = brush;
    this.#scene = scene;
    this.#colors = colorsOf(brush.colors);
    this.#scale = scale;
  }

  paint(page: number, x: number, y: number): void {
    const { areas, reach, kernel } = this.#scene;
    const { context, colors } = this.#brush;
    const cell = cellOf(areas, page);
    const [readers, writers] = [
      (reach.readers[cell] ?? 0) | reach.open,
      (reach.writers[cell] ?? 0) | reach.open,
    ];
    const owner = ownerOf(readers | writers, reach.open);
    const byte = page * PAGE_BYTES;
    const isKernel = kernel !== null && kernel.first <= byte && byte <= kernel.last;
    context.fillStyle = this.#colors[colorOf(owner, isKernel)] ?? colors.free;
    const full = this.#scale - 1;
    if (owner.kind === 'nobody') {
      const small = Math.max(2, Math.round(full * 0.35));
      const inset = (full - small) / 2;
      context.fillRect(x + inset, y + inset, small, small);
      return;
    }
    // The upper half is the right to read, the lower one the right to write
    const half = full / 2;
    if (readers !== 0) context.fillRect(x, y, full, writers === 0 ? half : full);
    else context.fillRect(x, y + half, full, half);
    if (this.#scale < NUMBERS_FROM) return;
    const label =
      owner.kind === 'device' ? String(owner.index + 1) : owner.kind === 'open' ? '*' : '+';
    const box = { x: x + full / 2 - 4, y: y + full / 2 - 7, width: 14, height: 14 };
    const { text, ground } = colors;
    this.#brush.text(label, box, { size: 11, color: text, isBold: true, halo: ground });
  }
}

export interface MemoryPaint {
  readonly scene: MemoryScene;
  readonly grid: Grid;
  readonly view: View;
  readonly size: Size;
  /** The map as it is seen from far away. */
  readonly far: HTMLCanvasElement;
  /** Pages that are selected, in runs. */
  readonly lit: readonly Run[];
  /** The page that the keyboard's mark is on; null for none. */
  readonly cursor: number | null;
}

/** The picture of the keyboard's mark or of what is selected: a frame around pages. */
function frame(
  brush: Brush,
  { grid, view }: MemoryPaint,
  { first, last }: Run,
  color: string,
): void {
  const [from, to] = [placeOfPage(grid, view, first), placeOfPage(grid, view, last)];
  if (from === null || to === null) return;
  const { context } = brush;
  context.strokeStyle = color;
  context.lineWidth = 2;
  const isOneLine = from.y === to.y;
  const left = isOneLine ? from.x : view.x;
  const right = isOneLine ? to.x + view.scale : view.x + grid.columns * view.scale;
  const margin = view.scale < SHAPES_FROM ? 3 : 1;
  const height = to.y + view.scale - from.y;
  context.strokeRect(
    left - margin,
    from.y - margin,
    right - left + 2 * margin,
    height + 2 * margin,
  );
}

/** Draws one frame; the context's transform already scales CSS pixels to device pixels. */
export function paintMemoryMap(
  context: CanvasRenderingContext2D,
  colors: PictureColors,
  paint: MemoryPaint,
): void {
  const { scene, grid, view, size, far } = paint;
  const brush = new Brush(context, colors, 1);
  context.clearRect(0, 0, size.width, size.height);
  if (view.scale < SHAPES_FROM) {
    context.imageSmoothingEnabled = false;
    const [width, height] = [
      grid.columns * view.scale,
      (far.height * grid.columns * view.scale) / far.width,
    ];
    context.drawImage(far, view.x, view.y, width, height);
  } else {
    const cells = new Cells(brush, scene, view.scale);
    for (const { first, last, x, y } of visibleLines(grid, view, size)) {
      for (let page = first; page <= last; page += 1)
        cells.paint(page, x + (page - first) * view.scale, y);
    }
  }
  for (const run of paint.lit) frame(brush, paint, run, colors.focus);
  if (paint.cursor !== null)
    frame(brush, paint, { first: paint.cursor, last: paint.cursor }, colors.text);
}
