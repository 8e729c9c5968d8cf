// The limit: physical pages in one array, indexed by the page number of the IOVA. It checks neither presence nor rights.

import type { Draws } from '../draws.ts';
import type { Layout } from '../layout.ts';
import type { Work } from '../race.ts';

export function createFlat({ pages, log2Pages, physPages, endPage }: Layout): Uint32Array {
  const flat = new Uint32Array(endPage);
  pages.forEach((page, index) => {
    const phys = physPages[index] ?? 0;
    for (let inside = 0; inside < 2 ** (log2Pages[index] ?? 0); inside++) {
      flat[page + inside] = phys + inside;
    }
  });
  return flat;
}

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
