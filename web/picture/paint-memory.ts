// Paints memory: the dots, the strip of the whole, and where lanes end.

import { formatAddress } from '../format/address.ts';
import { formatBytes } from '../format/quantity.ts';
import type { Brush } from './brush.ts';
import { deviceColor } from './colors.ts';
import { dotWords } from './hit.ts';
import type { PictureLayout } from './layout.ts';
import { NOBODY, SHARED, type Block, type MemoryGrid } from './memory.ts';
import { PAGE_BYTES, type Run } from './runs.ts';
import type { Scene } from './scene.ts';

/** A lane's colour: that of its first device. */
export function laneColor(brush: Brush, scene: Scene, lane: number): string {
  const { colors } = brush;
  const entry = scene.lanes[lane];
  if (entry?.gate === 'open') return colors.bypass;
  return deviceColor(colors, entry?.devices[0]?.index ?? 0);
}

function ownerColors(brush: Brush, scene: Scene): (owner: number) => string {
  const lanes = scene.lanes.map((_lane, at) => laneColor(brush, scene, at));
  const { shared, bypass } = brush.colors;
  return (owner) => {
    if (scene.reach.isAll) return bypass;
    return owner === SHARED ? shared : (lanes[owner] ?? shared);
  };
}

function isInKernel({ facts }: Scene, first: number): boolean {
  const { kernel } = facts;
  if (kernel === null) return false;
  const byte = first * PAGE_BYTES;
  return kernel.first <= byte && byte <= kernel.last;
}

/** `chosen`: only that lane is bright. */
function paintBlock(
  brush: Brush,
  scene: Scene,
  grid: MemoryGrid,
  block: Block,
  chosen: number | null,
): void {
  const { context, colors } = brush;
  const { box, pitch, columns, pagesPerDot, owners } = grid;
  const colorOf = ownerColors(brush, scene);
  const dots = Math.ceil((block.run.last - block.run.first + 1) / pagesPerDot);
  const full = Math.max(1, pitch - 1);
  const small = Math.max(1, Math.round(pitch * 0.4));
  const inset = (full - small) / 2;
  let before = -1;
  for (let dot = 0; dot < dots; dot += 1) {
    const owner = owners[block.cell + dot] ?? NOBODY;
    const isFree = owner === NOBODY;
    const kernel = isInKernel(scene, block.run.first + dot * pagesPerDot);
    const look = isFree && kernel ? -2 : owner;
    if (look !== before) {
      context.fillStyle = isFree ? (kernel ? colors.kernel : colors.free) : colorOf(owner);
      const isDim = chosen !== null && !isFree && owner !== chosen && owner !== SHARED;
      context.globalAlpha = isDim ? 0.25 : 1;
      before = look;
    }
    const x = box.x + (dot % columns) * pitch;
    const y = box.y + block.y + Math.floor(dot / columns) * pitch;
    if (isFree) context.fillRect(x + inset, y + inset, small, small);
    else context.fillRect(x, y, full, full);
  }
  context.globalAlpha = 1;
}

function paintStrip(brush: Brush, scene: Scene, layout: PictureLayout): void {
  const { context, colors } = brush;
  const { strip } = layout.memory;
  const pages = Math.max(1, Math.ceil(scene.facts.memoryBytes / PAGE_BYTES));
  const yOf = (page: number): number => strip.y + (strip.height * page) / pages;
  const span = ({ first, last }: Run): void => {
    const [top, bottom] = [yOf(first), yOf(last + 1)];
    context.fillRect(strip.x, top, strip.width, Math.max(1.5, bottom - top));
  };
  context.fillStyle = colors.closed;
  context.fillRect(strip.x, strip.y, strip.width, strip.height);
  const { kernel } = scene.facts;
  if (kernel !== null) {
    context.fillStyle = colors.kernel;
    span({
      first: Math.floor(kernel.first / PAGE_BYTES),
      last: Math.floor(kernel.last / PAGE_BYTES),
    });
  }
  for (const [at, lane] of scene.lanes.entries()) {
    context.fillStyle = scene.reach.isAll ? colors.bypass : laneColor(brush, scene, at);
    for (const run of stripRuns(lane.pages, pages / strip.height)) span(run);
  }
  if (!scene.reach.isAll) paintLenses(brush, layout, yOf);
  // Last, as the lines to the strip may cross it
  paintKernelName(brush, scene, layout, yOf);
}

/** Lines from each stretch of the dots to where it lies on the strip. */
function paintLenses(
  { context, colors, scale }: Brush,
  { memory: { strip, grid } }: PictureLayout,
  yOf: (page: number) => number,
): void {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  const right = grid.box.x + grid.columns * grid.pitch + 3 * scale;
  for (const { run, y, lines } of grid.blocks) {
    const [top, bottom] = [grid.box.y + y, grid.box.y + y + lines * grid.pitch];
    context.beginPath();
    context.moveTo(right, top);
    context.lineTo(strip.x - 1, yOf(run.first));
    context.moveTo(right, bottom);
    context.lineTo(strip.x - 1, yOf(run.last + 1));
    context.stroke();
  }
}

/** At the strip, where the kernel lies: what all of this is about. */
function paintKernelName(
  brush: Brush,
  { facts, reach }: Scene,
  { memory, isNarrow }: PictureLayout,
  yOf: (page: number) => number,
): void {
  const { kernel } = facts;
  if (kernel === null) return;
  const { context, colors, scale } = brush;
  const { strip, grid } = memory;
  const [top, bottom] = [yOf(kernel.first / PAGE_BYTES), yOf((kernel.last + 1) / PAGE_BYTES)];
  const left = grid.box.x + grid.columns * grid.pitch;
  const right = strip.x - 7 * scale;
  context.fillStyle = reach.isAll ? colors.blocked : colors.text;
  context.fillRect(strip.x - 3 * scale, top, 1.5 * scale, Math.max(3, bottom - top));
  if (isNarrow) return;
  const box = {
    x: left,
    y: (top + bottom) / 2 - 8 * scale,
    width: right - left,
    height: 16 * scale,
  };
  brush.text('kernel', box, {
    size: 11,
    color: reach.isAll ? colors.blocked : colors.text,
    align: 'right',
    halo: colors.ground,
  });
}

/** Runs as they look on the strip, of which a pixel is so many pages: no more than it has pixels. */
function* stripRuns(runs: readonly Run[], pagesPerPixel: number): Generator<Run> {
  let joined: Run | undefined;
  for (const run of runs) {
    if (joined !== undefined && run.first - joined.last <= pagesPerPixel) {
      joined = { first: joined.first, last: run.last };
      continue;
    }
    if (joined !== undefined) yield joined;
    joined = run;
  }
  if (joined !== undefined) yield joined;
}

function footWords(scene: Scene, { memory, isNarrow }: PictureLayout): readonly string[] {
  const { grid } = memory;
  const [first, last] = [grid.blocks[0]?.run, grid.blocks.at(-1)?.run];
  const dots = dotWords(grid.pagesPerDot);
  if (scene.reach.isAll || first === undefined || last === undefined) return [dots];
  const address = (page: number): string => formatAddress(BigInt(page) * BigInt(PAGE_BYTES));
  const from = `from ${address(first.first)}`;
  return [dots, isNarrow ? from : `${from} to ${address(last.last + 1)}`];
}

export function paintMemory(
  brush: Brush,
  scene: Scene,
  layout: PictureLayout,
  chosen: number | null,
): void {
  const { colors, scale } = brush;
  const { heads, memory, foot } = layout;
  const head = `Memory, ${formatBytes(scene.facts.memoryBytes)}`;
  brush.text(head, heads.memory, { size: layout.isNarrow ? 11 : 12, color: colors.quiet });
  paintStrip(brush, scene, layout);
  for (const block of memory.grid.blocks) paintBlock(brush, scene, memory.grid, block, chosen);
  for (const [at, words] of footWords(scene, layout).entries()) {
    const line = { ...foot, y: foot.y + at * 14 * scale, height: 15 * scale };
    brush.text(words, line, { size: 11, color: colors.quiet });
  }
}
