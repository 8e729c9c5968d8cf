// The record that a reader of somebody else's text fills, and the sentences that go with it.

import type { DeviceEvent } from '../../iommu/events/iommu-event.ts';
import type { RecordHead } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { ORDER_MS } from '../record/time-range.ts';
import type { Who } from '../record/who.ts';

/** Kinds of lines that are told of; more are counted together. */
const MAX_KINDS = 20;
const OTHERS = 'more';

export class ImportedRecord {
  readonly #makeHead: () => RecordHead;
  readonly #maxBytes: number | undefined;
  readonly #recorder = new Recorder();
  readonly #leftOut = new Map<string, { count: number; readonly line: number }>();
  #record: IommuRecord | undefined;
  #sequence = 0;
  #latestMs = 0;

  /** `makeHead` is asked once, when `begin` is called or a batch is full. */
  constructor(makeHead: () => RecordHead, maxBytes?: number) {
    this.#makeHead = makeHead;
    this.#maxBytes = maxBytes;
    this.#recorder.filled.on(() => {
      this.begin();
      this.gather();
    });
  }

  /** Undefined before `begin`. */
  get record(): IommuRecord | undefined {
    return this.#record;
  }

  /** Sequence of the latest event; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Adds an event, which gets the next sequence. Times that run back stand still; null for a source that has none. */
  add(event: DeviceEvent, timeMs: number | null, who?: Who): void {
    this.#sequence += 1;
    this.#latestMs = Math.max(this.#latestMs, timeMs ?? this.#sequence * ORDER_MS);
    const time = { timeMs: this.#latestMs, instructions: 0 };
    this.#recorder.add({ ...event, sequence: this.#sequence }, { ...time, who });
  }

  /** That many events are missing here. */
  skip(count: number): void {
    this.#sequence += count;
  }

  /** The source has said what the record is of, as far as it does. */
  begin(): void {
    this.#record ??= new IommuRecord(this.#makeHead(), { maxBytes: this.#maxBytes });
  }

  /** Puts what was added into the record, where that has begun. */
  gather(): void {
    if (this.#record === undefined) return;
    for (const batch of this.#recorder.take()) this.#record.append(batch);
  }

  /** A line is in the record in no way. `what` it is completes "3 lines were left out". */
  leaveOut(what: string, line: number): void {
    const isKnown = this.#leftOut.has(what) || this.#leftOut.size < MAX_KINDS;
    const kind = isKnown ? what : OTHERS;
    const known = this.#leftOut.get(kind);
    if (known === undefined) this.#leftOut.set(kind, { count: 1, line });
    else known.count += 1;
  }

  /** What was left out, in sentences. */
  get leftOut(): readonly string[] {
    return [...this.#leftOut].map(([what, { count, line }]) =>
      count === 1
        ? `Line ${line} was left out: ${what}.`
        : `${count} lines were left out, the first of them line ${line}: ${what}.`,
    );
  }
}
