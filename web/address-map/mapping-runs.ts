// The mappings of one domain at one moment, by ascending IOVA: what lies in a range is found without a look at the others, and
// of any number of neighbours it is known what they allow and how much they cover.

import { highWord, isBelow, joinWords, lowWord } from '../../src/base/words.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import { lifetimeIn, type Lifetime } from '../../src/trace/replay/lifetime.ts';
import type { MomentColumns } from '../../src/trace/replay/moment.ts';
import { GPAS, overlaps } from '../../src/trace/replay/spans.ts';
import { PAGE_BYTES, pushRun, type Run } from '../picture/runs.ts';
import type { Stretch } from './axis.ts';

const U32_SPAN = 0x1_0000_0000;
const HIGH_PAGES = U32_SPAN / PAGE_BYTES;
const PAGE_BITS = 12;
const MOST_FOUND = 64;

/** What some neighbours are together. */
export interface Together {
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** Bytes of IOVA that they cover, rounded. */
  readonly bytes: number;
}

export class MappingRuns {
  readonly #columns: MomentColumns;
  readonly #places: Uint32Array;
  // Of all before each mapping
  readonly #reads: Uint32Array;
  readonly #writes: Uint32Array;
  readonly #bytes: Float64Array;

  /** `places`: of one domain's mappings in the columns, by ascending IOVA. */
  constructor(columns: MomentColumns, places: Uint32Array) {
    this.#columns = columns;
    this.#places = places;
    const { length } = places;
    this.#reads = new Uint32Array(length + 1);
    this.#writes = new Uint32Array(length + 1);
    this.#bytes = new Float64Array(length + 1);
    const { flags, startHigh, startLow, endHigh, endLow } = columns;
    let [reads, writes, bytes] = [0, 0, 0];
    for (let index = 0; index < length; index += 1) {
      const at = places[index] ?? 0;
      const rights = flags[at] ?? 0;
      if ((rights & VIRTIO_IOMMU_MAP_F_READ) !== 0) reads += 1;
      if ((rights & VIRTIO_IOMMU_MAP_F_WRITE) !== 0) writes += 1;
      const highs = (endHigh[at] ?? 0) - (startHigh[at] ?? 0);
      bytes += highs * U32_SPAN + (endLow[at] ?? 0) - (startLow[at] ?? 0) + 1;
      this.#reads[index + 1] = reads;
      this.#writes[index + 1] = writes;
      this.#bytes[index + 1] = bytes;
    }
  }

  get count(): number {
    return this.#places.length;
  }

  /** The mapping with an index below `count`. */
  get(index: number): Lifetime {
    const at = this.#places[index] ?? 0;
    return lifetimeIn(this.#columns, at, this.#columns.ids[at] ?? 0, Infinity);
  }

  startOf(index: number): bigint {
    const at = this.#places[index] ?? 0;
    return joinWords(this.#columns.startHigh[at] ?? 0, this.#columns.startLow[at] ?? 0);
  }

  /** Inclusive. */
  endOf(index: number): bigint {
    const at = this.#places[index] ?? 0;
    return joinWords(this.#columns.endHigh[at] ?? 0, this.#columns.endLow[at] ?? 0);
  }

  /** Index of the first that ends at an address or behind it; `count` when there is none. */
  from(address: bigint): number {
    const { endHigh, endLow } = this.#columns;
    return this.#search(endHigh, endLow, address, false);
  }

  /** Index of the first that starts behind an address; `count` when there is none. */
  behind(address: bigint): number {
    const { startHigh, startLow } = this.#columns;
    return this.#search(startHigh, startLow, address, true);
  }

  /** Index of the one with an address; -1 when nothing is mapped there. */
  at(address: bigint): number {
    const index = this.from(address);
    return index < this.count && this.startOf(index) <= address ? index : -1;
  }

  /** The mappings from one index up to another, which is not included. */
  together(from: number, to: number): Together {
    const between = (sums: Uint32Array | Float64Array): number =>
      (sums[to] ?? 0) - (sums[from] ?? 0);
    return {
      canRead: between(this.#reads) > 0,
      canWrite: between(this.#writes) > 0,
      bytes: between(this.#bytes),
    };
  }

  /** The pages that are mapped, in runs; those with less than `gap` pages between them are one. */
  pages(gap: number): readonly Run[] {
    const { startHigh, startLow, endHigh, endLow } = this.#columns;
    const runs: Run[] = [];
    for (const at of this.#places) {
      const first = (startHigh[at] ?? 0) * HIGH_PAGES + ((startLow[at] ?? 0) >>> PAGE_BITS);
      const last = (endHigh[at] ?? 0) * HIGH_PAGES + ((endLow[at] ?? 0) >>> PAGE_BITS);
      pushRun(runs, first, last, gap);
    }
    return runs;
  }

  /** The IOVAs that lead to memory of a range, those of the first few mappings. */
  leadingTo(first: bigint, last: bigint): readonly Stretch[] {
    const found: Stretch[] = [];
    const range = { start: Number(first), end: Number(last) };
    for (const at of this.#places) {
      if (!overlaps(GPAS, range, this.#columns, at)) continue;
      const { virtStart, virtEnd, physStart } = lifetimeIn(this.#columns, at, 0, Infinity);
      const into = first > physStart ? first - physStart : 0n;
      const end = last - physStart + virtStart;
      found.push({ start: virtStart + into, end: end < virtEnd ? end : virtEnd });
      if (found.length === MOST_FOUND) break;
    }
    return found;
  }

  /** Index of the first whose word is not below a number; `isAbove`: is above it. */
  #search(highs: Uint32Array, lows: Uint32Array, number: bigint, isAbove: boolean): number {
    const [high, low] = [highWord(number), lowWord(number)];
    let first = 0;
    for (let end = this.count; first < end;) {
      const middle = (first + end) >>> 1;
      const at = this.#places[middle] ?? 0;
      const [midHigh, midLow] = [highs[at] ?? 0, lows[at] ?? 0];
      const isBefore = isAbove
        ? !isBelow(high, low, midHigh, midLow)
        : isBelow(midHigh, midLow, high, low);
      if (isBefore) first = middle + 1;
      else end = middle;
    }
    return first;
  }
}
