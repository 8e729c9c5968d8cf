// Mappings of one domain in IOVA order, kept in step with MAP and UNMAP.

import type { Mapping } from '../../src/iommu/store/mapping-store.ts';

/** A mapping as the page shows it: IOVA `start`..`end` (inclusive) to GPA from `phys` on. */
export interface MappingRow {
  readonly start: bigint;
  readonly end: bigint;
  readonly phys: bigint;
  /** VIRTIO_IOMMU_MAP_F_* bits. */
  readonly flags: number;
}

/**
 * Sorted, never overlapping, at most `limit` rows: a guest can make millions, and the page needs only what a person
 * can look at. Beyond the limit the rows with the lowest IOVAs stay.
 */
export class MappingRows {
  readonly #limit: number;
  #rows: MappingRow[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The rows in IOVA order; valid until the next change. */
  get rows(): readonly MappingRow[] {
    return this.#rows;
  }

  /** Adds a row. Rows it overlaps go: they are older, whatever the order in which news of them arrived. */
  insert(row: MappingRow): void {
    const from = this.#firstEndingAt(row.start);
    const to = this.#firstStartingAfter(row.end);
    this.#rows.splice(from, to - from, row);
    if (this.#rows.length > this.#limit) this.#rows.pop();
  }

  /** Removes every row that touches the range and returns them. */
  remove(start: bigint, end: bigint): readonly MappingRow[] {
    const from = this.#firstEndingAt(start);
    const to = this.#firstStartingAfter(end);
    return to > from ? this.#rows.splice(from, to - from) : [];
  }

  clear(): void {
    this.#rows = [];
  }

  /** Takes over a list from the device, in IOVA order. */
  replace(mappings: readonly Mapping[]): void {
    this.#rows = mappings.slice(0, this.#limit).map((mapping) => ({
      start: mapping.virtStart,
      end: mapping.virtEnd,
      phys: mapping.physStart,
      flags: mapping.flags,
    }));
  }

  /** Index of the first row whose end is not below `address`. */
  #firstEndingAt(address: bigint): number {
    return this.#lowerBound((row) => row.end >= address);
  }

  /** Index of the first row that starts above `address`. */
  #firstStartingAfter(address: bigint): number {
    return this.#lowerBound((row) => row.start > address);
  }

  #lowerBound(isAtOrAfter: (row: MappingRow) => boolean): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.#rows[middle];
      if (row === undefined || isAtOrAfter(row)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
