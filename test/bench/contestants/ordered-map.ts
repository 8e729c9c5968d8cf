// npm's @js-sdsl/ordered-map, a red-black tree: keyed by the first page of a mapping.

import { OrderedMap } from '@js-sdsl/ordered-map';
import type { ChurnDraws, MapAndUnmap } from '../churn-draws.ts';
import type { Draws } from '../draws.ts';
import type { Work } from '../race.ts';

export type PageMap = OrderedMap<number, number>;

export function createOrderedMap(): PageMap {
  return new OrderedMap<number, number>([], (one, other) => one - other);
}

/** For mappings of one page each: found by their very key. */
export function orderedMapGet(map: PageMap, { highs, lows }: Draws): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const value = map.getElementByKey(((highs[draw] ?? 0) << 20) | (low >>> 12)) ?? 0;
      if ((value & 1) === 0) return NaN;
      const phys = value >>> 6;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}

/** For mappings of any size: the one that begins at the page or last before it. */
export function orderedMapFloor(map: PageMap, { highs, lows }: Draws): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const page = ((highs[draw] ?? 0) << 20) | (low >>> 12);
      const found = map.reverseLowerBound(page);
      if (!found.isAccessible()) return NaN;
      const { pointer } = found;
      const value = pointer[1];
      const inside = page - pointer[0];
      if ((value & 1) === 0 || inside >= 1 << ((value >>> 2) & 0xf)) return NaN;
      const phys = (value >>> 6) + inside;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}

/** Adds and deletes a key; whether it was new shows in the size. */
export function orderedMapBare(map: PageMap, { pages, values }: ChurnDraws): MapAndUnmap {
  return {
    map: (draw) => {
      const before = map.length;
      return map.setElement(pages[draw] ?? 0, values[draw] ?? 0) - before;
    },
    unmap: (draw) => (map.eraseElementByKey(pages[draw] ?? 0) ? 1 : 0),
  };
}
