// What the memory map is of: pages of guest-physical memory, area by area, and what is known to lie where.

import { formatBytes } from '../format/quantity.ts';
import { PAGE_BYTES, type Run } from '../picture/runs.ts';
import type { PictureFacts } from '../picture/scene.ts';

/** Pages one behind the other. */
export interface Area {
  readonly name: string;
  readonly run: Run;
  /** Number of its first page among those of all areas. */
  readonly cell: number;
}

/** Bytes with a name, inclusive. */
export interface NamedRange extends Run {
  readonly name: string;
}

export interface MemoryAreas {
  readonly areas: readonly Area[];
  readonly names: readonly NamedRange[];
  /** Pages of all areas. */
  readonly cells: number;
}

/** What is below 1 MiB in every PC. */
const PC_RANGES: readonly NamedRange[] = [
  { first: 0xa_0000, last: 0xb_ffff, name: 'the window of the video card' },
  { first: 0xc_0000, last: 0xf_ffff, name: 'firmware' },
];

/** `windows`: registers of devices, beyond RAM; ascending. */
export function areasOf(
  { memoryBytes, kernel }: PictureFacts,
  windows: readonly NamedRange[],
): MemoryAreas {
  const areas: Area[] = [];
  let cells = 0;
  const add = (name: string, run: Run): void => {
    areas.push({ name, run, cell: cells });
    cells += run.last - run.first + 1;
  };
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  if (pages > 0) add(`RAM, ${formatBytes(memoryBytes)}`, { first: 0, last: pages - 1 });
  for (const { first, last, name } of windows) {
    add(name, { first: Math.floor(first / PAGE_BYTES), last: Math.floor(last / PAGE_BYTES) });
  }
  const code = kernel === null ? [] : [{ ...kernel, name: 'the kernel’s code' }];
  return { areas, names: [...PC_RANGES, ...code, ...windows], cells };
}

/** Number of a page among those of all areas; -1 where it is in none. */
export function cellOf({ areas }: MemoryAreas, page: number): number {
  const area = areas.find(({ run }) => run.first <= page && page <= run.last);
  return area === undefined ? -1 : area.cell + page - area.run.first;
}

/** The page with a number; -1 where there is none. */
export function pageOfCell({ areas, cells }: MemoryAreas, cell: number): number {
  if (cell < 0 || cell >= cells) return -1;
  const area = areas.findLast((each) => each.cell <= cell);
  return area === undefined ? -1 : area.run.first + cell - area.cell;
}

/** What is known to lie in a page; null where that is nothing. */
export function nameOfPage({ names }: MemoryAreas, page: number): string | null {
  const [first, last] = [page * PAGE_BYTES, (page + 1) * PAGE_BYTES - 1];
  return names.find((each) => each.first <= last && each.last >= first)?.name ?? null;
}

/** Calls with each stretch of cells that pages of a run have. */
export function forEachStretch(
  { areas }: MemoryAreas,
  run: Run,
  visit: (first: number, last: number) => void,
): void {
  for (const area of areas) {
    if (run.first > area.run.last || run.last < area.run.first) continue;
    const to = area.cell - area.run.first;
    visit(Math.max(run.first, area.run.first) + to, Math.min(run.last, area.run.last) + to);
  }
}
