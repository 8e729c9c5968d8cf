// A write of a device's into guest RAM, and when it happened.

/** What a write left in one page. */
export interface DmaWrite {
  /** ID of the endpoint; null: the IOMMU itself, whose queues nothing translates. */
  readonly endpoint: number | null;
  /** The first byte in the page, as the endpoint named it; guest-physical on a machine without an IOMMU. */
  readonly iova: bigint;
  /** The same byte in guest RAM. */
  readonly gpa: bigint;
  /** Bytes that lie in the page; the write itself may be longer. */
  readonly length: number;
  /** Sequence of the latest event before it. */
  readonly sequence: number;
  /** Ticks that had ended since the first power on. */
  readonly tick: number;
  /** Instructions since the latest power on. */
  readonly instructions: number;
}

/** Which writes count. */
export interface WritesBefore {
  /**
   * Those before the event with this sequence, or before a write that was found: before the instruction at which that
   * happened. Without it all up to where the machine stands.
   */
  readonly before?: number | Pick<DmaWrite, 'tick' | 'instructions'> | undefined;
}

/** Where a search ends: what happens there, and after it, is too late. */
export interface SearchEnd {
  /** Of an event; infinite: none. */
  readonly sequence: number;
  /** A tick, and an instruction in it; infinite: none. */
  readonly tick: number;
  readonly instructions: number;
}

export function searchEndOf({ before }: WritesBefore): SearchEnd {
  const sequence = typeof before === 'number' ? before : Number.POSITIVE_INFINITY;
  const { tick, instructions } =
    typeof before === 'object'
      ? before
      : { tick: Number.POSITIVE_INFINITY, instructions: Number.POSITIVE_INFINITY };
  return { sequence, tick, instructions };
}
