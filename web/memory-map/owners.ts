// Whose a page is: what one cell of the memory map shows, and runs of pages of which the same is true.

import type { Scene } from '../picture/scene.ts';
import { pageOfCell, type MemoryAreas } from './areas.ts';
import { deviceBit, type PageReach } from './reach.ts';

export type Owner =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'device'; readonly index: number }
  | { readonly kind: 'several' }
  /** A device that nothing stops. */
  | { readonly kind: 'open' };

const NOBODY: Owner = { kind: 'nobody' };
const SEVERAL: Owner = { kind: 'several' };
const OPEN: Owner = { kind: 'open' };

/** Whose a page with these bits is. */
export function ownerOf(bits: number, open: number): Owner {
  if (open !== 0) return OPEN;
  if (bits === 0) return NOBODY;
  if ((bits & (bits - 1)) !== 0) return SEVERAL;
  return { kind: 'device', index: 31 - Math.clz32(bits) };
}

/** The names of the devices with these bits. */
export function namesOf({ facts }: Pick<Scene, 'facts'>, bits: number): readonly string[] {
  return facts.devices.flatMap(({ name }, index) =>
    (bits & deviceBit(index)) === 0 ? [] : [name],
  );
}

/** Pages that the same devices read, and the same write. */
export interface ReachRun {
  readonly first: number;
  readonly last: number;
  readonly readers: number;
  readonly writers: number;
}

/** Runs of pages that somebody reaches, the first so many, and how many there are more. */
export function reachRuns(
  areas: MemoryAreas,
  { readers, writers, open }: PageReach,
  most: number,
): { readonly runs: readonly ReachRun[]; readonly more: number } {
  const runs: ReachRun[] = [];
  let more = 0;
  for (const { cell, run } of areas.areas) {
    const end = cell + run.last - run.first + 1;
    for (let from = cell; from < end;) {
      const [reads, writes] = [(readers[from] ?? 0) | open, (writers[from] ?? 0) | open];
      let to = from + 1;
      while (
        to < end &&
        ((readers[to] ?? 0) | open) === reads &&
        ((writers[to] ?? 0) | open) === writes
      )
        to += 1;
      if ((reads | writes) !== 0) {
        const first = pageOfCell(areas, from);
        if (runs.length < most)
          runs.push({ first, last: first + to - from - 1, readers: reads, writers: writes });
        else more += 1;
      }
      from = to;
    }
  }
  return { runs, more };
}

/** The first page behind another, or before it, at which something else begins to be reached; -1 when there is none. */
export function nextReached(
  areas: MemoryAreas,
  reach: PageReach,
  cell: number,
  by: 1 | -1,
): number {
  const keyOf = (at: number): number => ((reach.readers[at] ?? 0) << 16) | (reach.writers[at] ?? 0);
  for (let at = cell + by; at >= 0 && at < areas.cells; at += by) {
    if (keyOf(at) !== 0 && keyOf(at) !== keyOf(at - 1)) return at;
  }
  return -1;
}
