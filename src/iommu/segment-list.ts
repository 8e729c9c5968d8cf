// Segments of one translation that was put together from several answers.

import { addHigh, addLow } from '../base/words.ts';
import { MAX_SEGMENTS, type TranslationResult } from './mapping-store.ts';

interface AddressWords {
  readonly high: number;
  readonly low: number;
}

/** At most MAX_SEGMENTS segments; its arrays are made once. */
export class SegmentList implements TranslationResult {
  stopHigh = 0;
  stopLow = 0;
  #count = 0;
  readonly #high = new Uint32Array(MAX_SEGMENTS);
  readonly #low = new Uint32Array(MAX_SEGMENTS);
  readonly #length = new Uint32Array(MAX_SEGMENTS);

  get count(): number {
    return this.#count;
  }

  high(index: number): number {
    return this.#high[index] ?? 0;
  }

  low(index: number): number {
    return this.#low[index] ?? 0;
  }

  length(index: number): number {
    return this.#length[index] ?? 0;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Adds a segment; false when there is no room. */
  append(high: number, low: number, length: number): boolean {
    if (this.#count === MAX_SEGMENTS) return false;
    this.#high[this.#count] = high;
    this.#low[this.#count] = low;
    this.#length[this.#count] = length;
    this.#count += 1;
    return true;
  }

  /**
   * Adds the segments of an answer for IOVAs from (high, low) on; a negative `count` is an answer that fills all
   * MAX_SEGMENTS. The IOVA of the first segment that found no room; undefined when all did.
   */
  appendAll(
    result: TranslationResult,
    count: number,
    high: number,
    low: number,
  ): AddressWords | undefined {
    let done = 0;
    for (let index = 0; index < (count < 0 ? MAX_SEGMENTS : count); index += 1) {
      const length = result.length(index);
      if (!this.append(result.high(index), result.low(index), length)) {
        return { high: addHigh(high, low, done), low: addLow(low, done) };
      }
      done += length;
    }
    return undefined;
  }
}
