// The limit: physical pages in one array, indexed by the page number of the IOVA. Bare, or with rights in each entry.

import type { Draws } from '../draws.ts';
import { compile } from '../fresh-copy.ts';
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

/** One load, all that our store checks, and the answer left in memory and read from there, as ours is. */
export function checkedFlatLookup(
  flat: Uint32Array,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  const answer = new Uint32Array(3);
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const entry = flat[((highs[draw] ?? 0) << 20) | (low >>> 12)] ?? 0;
      const offset = low & 0xfff;
      if ((entry & 1) === 0 || offset + accessLength > 0x1000) return NaN;
      const phys = entry >>> 2;
      answer[0] = (phys << 12) | offset;
      answer[1] = phys >>> 20;
      answer[2] = accessLength;
      sum = (sum + ((answer[0] ?? 0) ^ (answer[1] ?? 0))) | 0;
    }
    return sum;
  };
}

type MakeFlatBatchLookup = (flat: Uint32Array, draws: Draws, accessLength: number) => Work;

const INDICES = Array.from({ length: 16 }, (_, index) => index);
const SEGMENT_WORDS = 4;

/**
 * One load for each address behind the interface of a batch: 16 addresses in, checked, 16 segments left in memory and read from
 * there. `start` and `end` of the work are multiples of 16; the text has no loop over them, as that of the batch has none.
 */
export function flatBatchLookup(flat: Uint32Array, draws: Draws, accessLength: number): Work {
  const translate = INDICES.map((index) => {
    const at = index * SEGMENT_WORDS;
    return `{
      const low = lows[draw + ${index}] ?? 0;
      const entry = flat[((highs[draw + ${index}] ?? 0) << 20) | (low >>> 12)] ?? 0;
      const offset = low & 0xfff;
      if ((entry & 1) === 0 || offset + accessLength > 0x1000) return NaN;
      const phys = entry >>> 2;
      segments[${at}] = (phys << 12) | offset;
      segments[${at + 1}] = phys >>> 20;
      segments[${at + 2}] = accessLength;
    }`;
  });
  const read = INDICES.map((index) => {
    const at = index * SEGMENT_WORDS;
    return `sum = (sum + ((segments[${at}] ?? 0) ^ (segments[${at + 1}] ?? 0))) | 0;`;
  });
  const make: MakeFlatBatchLookup = compile(
    `(flat, { highs, lows }, accessLength) => {
      const segments = new Uint32Array(${INDICES.length * SEGMENT_WORDS});
      return (start, end) => {
        let sum = 0;
        for (let draw = start; draw < end; draw += 16) {
          ${translate.join('\n')}
          ${read.join('\n')}
        }
        return sum;
      };
    }`,
  );
  return make(flat, draws, accessLength);
}
