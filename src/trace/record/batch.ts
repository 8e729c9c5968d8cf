// What a recorder hands over at a time: events in columns, what they refer to, and marks. Plain data with buffers that can be
// transferred.

import type { Mark } from './marks.ts';
import type { NewcomersOfWho } from './who.ts';

export interface RecordBatch {
  /** Sequence of the first event; the others follow it without a gap. */
  readonly firstSequence: number;
  readonly count: number;
  /** What the columns' times count from: milliseconds since the machine was built, and instructions since power on. */
  readonly baseMs: number;
  readonly baseInstructions: number;
  /** `EventColumns` for `count` events; the `bytes` column counts from the start of `requests`. */
  readonly columns: ArrayBuffer;
  /** `RequestBytes`. */
  readonly requests: ArrayBuffer;
  readonly newcomers: NewcomersOfWho;
  readonly marks: readonly Mark[];
  /** Functions of a kernel whose symbols cannot be had otherwise: as many as the stacks need. */
  readonly functions?: readonly KernelFunction[] | undefined;
}

/** A function of the guest's kernel. */
export interface KernelFunction {
  /** Where it begins. */
  readonly address: number;
  readonly name: string;
}

/** A batch without anything, for what comes without events. */
export function emptyBatch(): RecordBatch {
  return {
    firstSequence: 0,
    count: 0,
    baseMs: 0,
    baseInstructions: 0,
    columns: new ArrayBuffer(0),
    requests: new ArrayBuffer(0),
    newcomers: { tasks: [], stacks: [] },
    marks: [],
  };
}

/** Units of the time column in a millisecond. */
export const TIME_PER_MS = 100_000;
