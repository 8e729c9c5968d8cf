// Where each page is on the memory map: lines of cells, area below area, moved and scaled as a whole. Pure; CSS pixels.

import type { Run } from '../picture/runs.ts';
import { cellOf, type Area, type MemoryAreas } from './areas.ts';

/** An area in lines of cells. */
export interface Block {
  readonly area: Area;
  /** Its first line, counted in cells from the top of the map. */
  readonly line: number;
  readonly lines: number;
}

export interface Grid {
  readonly areas: MemoryAreas;
  readonly columns: number;
  readonly lines: number;
  readonly blocks: readonly Block[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What of a grid is on the screen. */
export interface View {
  /** Pixels of a cell. */
  readonly scale: number;
  /** Where the grid's corner is. */
  readonly x: number;
  readonly y: number;
}

export interface CellPlace {
  readonly x: number;
  readonly y: number;
}

/** Lines between areas. */
const GAP = 2;
const FEWEST_COLUMNS = 32;
const MOST_COLUMNS = 4096;
const LARGEST_SCALE = 48;

function blocksOf({ areas }: MemoryAreas, columns: number): readonly Block[] {
  let line = 0;
  return areas.map((area) => {
    const pages = area.run.last - area.run.first + 1;
    const block = { area, line, lines: Math.ceil(pages / columns) };
    line += block.lines + GAP;
    return block;
  });
}

function gridWith(areas: MemoryAreas, columns: number): Grid {
  const blocks = blocksOf(areas, columns);
  const last = blocks.at(-1);
  return { areas, columns, lines: last === undefined ? 1 : last.line + last.lines, blocks };
}

function fitScale({ columns, lines }: Grid, { width, height }: Size): number {
  return Math.min(width / columns, height / lines);
}

/** The grid whose cells are largest when all of it is shown; columns are a power of two, so that lines begin at round addresses. */
export function gridFor(areas: MemoryAreas, size: Size): Grid {
  let best = gridWith(areas, FEWEST_COLUMNS);
  for (let columns = FEWEST_COLUMNS * 2; columns <= MOST_COLUMNS; columns *= 2) {
    const grid = gridWith(areas, columns);
    if (fitScale(grid, size) > fitScale(best, size)) best = grid;
  }
  return best;
}

/** Shows all of a grid; in whole pixels a cell where that leaves little room unused. */
export function wholeView(grid: Grid, size: Size): View {
  const fit = fitScale(grid, size);
  const scale = fit >= 2 ? Math.floor(fit * devicePixelRatio) / devicePixelRatio : fit;
  return { scale, x: Math.max(0, (size.width - grid.columns * scale) / 2), y: 0 };
}

export function isWholeView(view: View, grid: Grid, size: Size): boolean {
  return view.scale <= wholeView(grid, size).scale;
}

function clampedTo(at: number, content: number, room: number): number {
  return content <= room ? (room - content) / 2 : Math.min(0, Math.max(room - content, at));
}

function clamped(view: View, grid: Grid, size: Size): View {
  const whole = wholeView(grid, size);
  if (view.scale <= whole.scale) return whole;
  const { scale } = view;
  const high = grid.lines * scale;
  return {
    scale,
    x: clampedTo(view.x, grid.columns * scale, size.width),
    y: high <= size.height ? 0 : clampedTo(view.y, high, size.height),
  };
}

/** Moves what is shown; by pixels. */
export function panView(view: View, grid: Grid, size: Size, dx: number, dy: number): View {
  return clamped({ ...view, x: view.x + dx, y: view.y + dy }, grid, size);
}

/** Shows `factor` times as much, with what is at a place where it was. */
export function zoomView(
  view: View,
  grid: Grid,
  size: Size,
  factor: number,
  { x, y }: CellPlace,
): View {
  const scale = Math.min(LARGEST_SCALE, view.scale / factor);
  const by = scale / view.scale;
  return clamped({ scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by }, grid, size);
}

/** The page at a place; -1 where there is none. */
export function pageAt(
  { blocks, columns }: Grid,
  { scale, x: left, y: top }: View,
  x: number,
  y: number,
): number {
  const [column, line] = [Math.floor((x - left) / scale), Math.floor((y - top) / scale)];
  if (column < 0 || column >= columns) return -1;
  const block = blocks.find((each) => each.line <= line && line < each.line + each.lines);
  if (block === undefined) return -1;
  const page = block.area.run.first + (line - block.line) * columns + column;
  return page <= block.area.run.last ? page : -1;
}

/** The upper left corner of a page's cell; null where the map has none. */
export function placeOfPage(
  { areas, blocks, columns }: Grid,
  { scale, x, y }: View,
  page: number,
): CellPlace | null {
  if (cellOf(areas, page) < 0) return null;
  const block = blocks.find(({ area }) => area.run.first <= page && page <= area.run.last);
  if (block === undefined) return null;
  const into = page - block.area.run.first;
  return {
    x: x + (into % columns) * scale,
    y: y + (block.line + Math.floor(into / columns)) * scale,
  };
}

/** A view with a page in the middle, unless it is on the screen already. */
export function viewWith(view: View, grid: Grid, size: Size, page: number): View {
  const place = placeOfPage(grid, view, page);
  if (place === null) return view;
  const { scale } = view;
  const isSeen =
    place.x >= 0 && place.y >= 0 && place.x + scale <= size.width && place.y + scale <= size.height;
  return isSeen
    ? view
    : panView(view, grid, size, size.width / 2 - place.x, size.height / 2 - place.y);
}

/** The pages of each line of a block that are on the screen. */
export function* visibleLines(
  grid: Grid,
  { scale, x, y }: View,
  { width, height }: Size,
): Generator<Run & CellPlace> {
  const { columns } = grid;
  const [from, to] = [
    Math.max(0, Math.floor(-x / scale)),
    Math.min(columns - 1, Math.ceil((width - x) / scale)),
  ];
  for (const { area, line, lines } of grid.blocks) {
    const top = Math.max(0, Math.floor(-y / scale) - line);
    const bottom = Math.min(lines - 1, Math.ceil((height - y) / scale) - line);
    for (let each = top; each <= bottom; each += 1) {
      const start = area.run.first + each * columns;
      const last = Math.min(area.run.last, start + to);
      if (start + from > last) continue;
      yield { first: start + from, last, x: x + from * scale, y: y + (line + each) * scale };
    }
  }
}
