// Where the regions of a domain lie, as words: every MAP is compared with them.

import { highWord, isBelow, lowWord } from '../../base/words.ts';
import type { RangeWords } from '../../memory/range-words.ts';
import type { RegionList } from './combination-table.ts';

// Of each region: startHigh, startLow, endHigh, endLow
const WORDS = 4;

/** The ends of the regions of a list. */
export class RegionBounds {
  readonly #words: Uint32Array;

  constructor(regions: RegionList) {
    this.#words = new Uint32Array(regions.length * WORDS);
    for (const [index, { start, end }] of regions.entries()) {
      const words = [highWord(start), lowWord(start), highWord(end), lowWord(end)];
      this.#words.set(words, index * WORDS);
    }
  }

  /** Whether a range has an address of any of them. */
  touches({ startHigh, startLow, endHigh, endLow }: RangeWords): boolean {
    const words = this.#words;
    let first = 0;
    for (let end = words.length / WORDS; first < end;) {
      const middle = (first + end) >> 1;
      const at = middle * WORDS;
      if (isBelow(words[at + 2] ?? 0, words[at + 3] ?? 0, startHigh, startLow)) first = middle + 1;
      else end = middle;
    }
    // The first region that does not end before the range
    const at = first * WORDS;
    return at < words.length && !isBelow(endHigh, endLow, words[at] ?? 0, words[at + 1] ?? 0);
  }
}
