// The limit: physical pages in one array, indexed by the page number of the IOVA. Bare, or with rights in each entry.

import type { Draws } from '../draws.ts';
import type { Layout } from '../layout.ts';
import type { Work } from '../race.ts';

const READ_WRITE = 3;

/** `entryOf` gives what the array holds for a physical page. */
function fillFlat(
  { pages, log2Pages, physPages, endPage }: Layout,
  entryOf: (phys: number) => number,
): Uint32Array {
  const flat = new Uint32Array(endPage);
  pages.forEach((page, index) => {
    const phys = physPages[index] ?? 0;
    for (let inside = 0; inside < 2 ** (log2Pages[index] ?? 0); inside++) {
      flat[page + inside] = entryOf(phys + inside);
    }
  });
  return flat;
}

export function createFlat(layout: Layout): Uint32Array {
  return fillFlat(layout, (phys) => phys);
}

/** With rights in the two lowest bits; 0 is no mapping. */
export function createCheckedFlat(layout: Layout): Uint32Array {
  return fillFlat(layout, (phys) => (phys << 2) | READ_WRITE);
}

/** One load, which knows neither faults nor rights. */
export function flatLookup(flat: Uint32Array, { highs, lows }: Draws): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const phys = flat[((highs[draw] ?? 0) << 20) | (low >>> 12)] ?? 0;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}

/** One load and what each of the other contestants checks as well. */
export function checkedFlatLookup(flat: Uint32Array, { highs, lows }: Draws): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const entry = flat[((highs[draw] ?? 0) << 20) | (low >>> 12)] ?? 0;
      if ((entry & 1) === 0) return NaN;
      const phys = entry >>> 2;
      sum = (sum + (((phys << 12) | (low & 0xfff)) ^ (phys >>> 20))) | 0;
    }
    return sum;
  };
}
