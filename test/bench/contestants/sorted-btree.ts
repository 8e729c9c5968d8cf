// npm's sorted-btree, a B+ tree: keyed by the first page of a mapping.

import { createRequire } from 'node:module';
import type { ISortedMap } from 'sorted-btree';
import type { ChurnDraws, MapAndUnmap } from '../churn-draws.ts';
import type { Draws } from '../draws.ts';
import type { Work } from '../race.ts';

export interface SortedBTree extends ISortedMap<number, number> {
  /** Leaves the pair in `reused`. */
  getPairOrNextLower(key: number, reused: [number, number]): [number, number] | undefined;
}

type Constructor = new (
  entries: undefined,
  compare: (one: number, other: number) => number,
) => SortedBTree;

// What an import of this CommonJS module gives as its default depends on who asks; a require() has one answer
const { default: BTree }: { readonly default: Constructor } = createRequire(import.meta.url)(
  'sorted-btree',
);

export function createSortedBTree(): SortedBTree {
  return new BTree(undefined, (one, other) => one - other);
}

/** For mappings of one page each: found by their very key. */
export function sortedBTreeGet(tree: SortedBTree, { highs, lows }: Draws): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const value = tree.get(((highs[draw] ?? 0) << 20) | (low >>> 12)) ?? 0;
      if ((value & 1) === 0) return NaN;
      const phys = value >>> 6;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}

/** For mappings of any size: the one that begins at the page or last before it. */
export function sortedBTreeFloor(tree: SortedBTree, { highs, lows }: Draws): Work {
  const pair: [number, number] = [0, 0];
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const page = ((highs[draw] ?? 0) << 20) | (low >>> 12);
      const found = tree.getPairOrNextLower(page, pair);
      if (found === undefined) return NaN;
      const value = found[1];
      const inside = page - found[0];
      if ((value & 1) === 0 || inside >= 1 << ((value >>> 2) & 0xf)) return NaN;
      const phys = (value >>> 6) + inside;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}

/** Adds and deletes a key, and looks at nothing else. */
export function sortedBTreeBare(tree: SortedBTree, { pages, values }: ChurnDraws): MapAndUnmap {
  return {
    map: (draw) => (tree.set(pages[draw] ?? 0, values[draw] ?? 0, false) ? 1 : 0),
    unmap: (draw) => (tree.delete(pages[draw] ?? 0) ? 1 : 0),
  };
}

/** With what a mapping store must know before: no overlap for MAP, nothing cut in two for UNMAP. */
export function sortedBTreeChecked(tree: SortedBTree, { pages, values }: ChurnDraws): MapAndUnmap {
  const pair: [number, number] = [0, 0];
  const isCovered = (page: number): boolean => {
    const found = tree.getPairOrNextLower(page, pair);
    return found !== undefined && page - found[0] < 1 << ((found[1] >>> 2) & 0xf);
  };
  return {
    map: (draw) => {
      const page = pages[draw] ?? 0;
      return !isCovered(page) && tree.set(page, values[draw] ?? 0, false) ? 1 : 0;
    },
    unmap: (draw) => {
      const page = pages[draw] ?? 0;
      return isCovered(page) && pair[0] === page && tree.delete(page) ? 1 : 0;
    },
  };
}
