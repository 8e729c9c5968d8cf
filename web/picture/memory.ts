// Memory in the picture: a strip for the whole of it, and beside it a dot for each page around those in use.

import { EMPTY_FOLD, extendFold, type Fold } from './fold.ts';
import { countIn, runFrom, type Run } from './runs.ts';
import type { Scene } from './scene.ts';

/** The fold of memory: lines of the grid begin at round addresses. */
export const MEMORY_RULES = { most: 6, gap: 128, align: 32 } as const;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Lines of dots without a gap in their addresses. */
export interface Block {
  readonly y: number;
  readonly lines: number;
  /** Of the first dot. */
  readonly cell: number;
  readonly run: Run;
}

export interface MemoryGrid {
  readonly box: Box;
  /** Distance between dots. */
  readonly pitch: number;
  readonly columns: number;
  readonly pagesPerDot: number;
  readonly blocks: readonly Block[];
  /** For each dot, whose it is: NOBODY, SHARED, or the index of a lane. */
  readonly owners: Uint16Array;
}

export interface Memory {
  readonly grid: MemoryGrid;
  /** The whole: from its top to its bottom all addresses. */
  readonly strip: Box;
}

export const NOBODY = 0xffff;
export const SHARED = 0xfffe;

const STRIP_WIDTH = 9;
const BLOCK_GAP = 7;
/** Before it is scaled. */
const LARGEST_PITCH = 14;
const SMALLEST_PITCH = 3;
const COLUMNS = [16, 32, 64, 128, 256] as const;
/** Dots at most: what is painted at once is bounded. */
const MOST_DOTS = 32_768;

interface Scale {
  readonly pitch: number;
  readonly columns: number;
  readonly pagesPerDot: number;
}

/** Scales from the largest dots on, one page each, to the coarsest. */
function* scales(width: number, largest: number): Generator<Scale> {
  for (let pagesPerDot = 1; ; pagesPerDot *= 2) {
    for (const columns of COLUMNS) {
      const pitch = Math.min(largest, Math.floor(width / columns));
      const isFirst = columns === COLUMNS[0];
      if (pitch < SMALLEST_PITCH && !isFirst) break;
      yield { pitch: Math.max(1, pitch), columns, pagesPerDot };
    }
  }
}

function blocksFor(fold: Fold, scale: Scale, memoryPages: number): readonly Block[] {
  const align = scale.columns * scale.pagesPerDot;
  const lined = extendFold(EMPTY_FOLD, fold.stretches, { ...MEMORY_RULES, gap: 1, align });
  const blocks: Block[] = [];
  let [y, cell] = [0, 0];
  for (const { first, last } of lined.stretches) {
    const run = { first, last: Math.min(last, memoryPages - 1) };
    const dots = Math.ceil(countIn([run]) / scale.pagesPerDot);
    const lines = Math.ceil(dots / scale.columns);
    blocks.push({ y, lines, cell, run });
    y += lines * scale.pitch + BLOCK_GAP;
    cell += dots;
  }
  return blocks;
}

function heightOf(blocks: readonly Block[], pitch: number): number {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.y + last.lines * pitch;
}

/** The largest dots with which all that the fold shows fits. */
function fit(
  fold: Fold,
  box: Box,
  memoryPages: number,
  scaleBy: number,
): Omit<MemoryGrid, 'owners'> {
  for (const scale of scales(box.width, Math.floor(LARGEST_PITCH * scaleBy))) {
    const blocks = blocksFor(fold, scale, memoryPages);
    const isLast = scale.pagesPerDot * scale.columns >= memoryPages;
    const fits = heightOf(blocks, scale.pitch) <= box.height;
    if ((fits && dotsIn({ blocks }, scale.pagesPerDot) <= MOST_DOTS) || isLast) {
      return { ...scale, box, blocks };
    }
  }
  throw new Error('scales do not end');
}

function dotsIn({ blocks }: Pick<MemoryGrid, 'blocks'>, pagesPerDot: number): number {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.cell + Math.ceil(countIn([last.run]) / pagesPerDot);
}

/** Marks the dots that a lane reaches; SHARED where another does, too. */
function mark(
  grid: Omit<MemoryGrid, 'owners'>,
  owners: Uint16Array,
  pages: readonly Run[],
  lane: number,
): void {
  const { blocks, pagesPerDot } = grid;
  for (const { run, cell } of blocks) {
    for (let at = runFrom(pages, run.first); at < pages.length; at += 1) {
      const { first, last } = pages[at] ?? run;
      if (first > run.last) break;
      const from = Math.floor((Math.max(first, run.first) - run.first) / pagesPerDot);
      const to = Math.floor((Math.min(last, run.last) - run.first) / pagesPerDot);
      for (let dot = cell + from; dot <= cell + to; dot += 1) {
        const owner = owners[dot];
        owners[dot] = owner === NOBODY || owner === lane ? lane : SHARED;
      }
    }
  }
}

/** Pages that have been in reach while others were not: with them the picture goes on when not all are any more. */
export function memoryFold(before: Fold, { reach, lanes }: Scene): Fold {
  if (reach.isAll) return before;
  return lanes.reduce((fold, { pages }) => extendFold(fold, pages, MEMORY_RULES), before);
}

export interface MemoryPlace {
  /** At least 40 by 24. */
  readonly box: Box;
  readonly scale: number;
  /** Between the dots and the strip. */
  readonly gap: number;
}

export function layoutMemory(
  used: Fold,
  scene: Scene,
  memoryPages: number,
  { box, scale, gap }: MemoryPlace,
): Memory {
  const width = box.width - STRIP_WIDTH - gap;
  const whole: Fold = { stretches: [{ first: 0, last: memoryPages - 1 }] };
  const fold = scene.reach.isAll ? whole : used;
  const grid = fit(fold, { ...box, width }, memoryPages, scale);
  const owners = new Uint16Array(dotsIn(grid, grid.pagesPerDot)).fill(NOBODY);
  for (const [lane, { pages }] of scene.lanes.entries()) mark(grid, owners, pages, lane);
  const strip = { ...box, x: box.x + box.width - STRIP_WIDTH, width: STRIP_WIDTH };
  return { grid: { ...grid, owners }, strip };
}

/** The middle of the dot that shows a page; null where none does. */
export function placeOfPage(grid: MemoryGrid, page: number): { x: number; y: number } | null {
  const { box, pitch, columns, pagesPerDot, blocks } = grid;
  const block = blocks.find(({ run }) => run.first <= page && page <= run.last);
  if (block === undefined) return null;
  const dot = Math.floor((page - block.run.first) / pagesPerDot);
  return {
    x: box.x + (dot % columns) * pitch + pitch / 2,
    y: box.y + block.y + Math.floor(dot / columns) * pitch + pitch / 2,
  };
}

/** The pages of the dot at a place, and whose it is; null where there is none. */
export function dotAt(
  grid: MemoryGrid,
  x: number,
  y: number,
): { readonly pages: Run; readonly owner: number } | null {
  const { box, pitch, columns, pagesPerDot, blocks, owners } = grid;
  const column = Math.floor((x - box.x) / pitch);
  if (column < 0 || column >= columns) return null;
  const block = blocks.find((each) => {
    const top = box.y + each.y;
    return top <= y && y < top + each.lines * pitch;
  });
  if (block === undefined) return null;
  const dot = Math.floor((y - box.y - block.y) / pitch) * columns + column;
  const first = block.run.first + dot * pagesPerDot;
  if (first > block.run.last) return null;
  const last = Math.min(block.run.last, first + pagesPerDot - 1);
  return { pages: { first, last }, owner: owners[block.cell + dot] ?? NOBODY };
}
