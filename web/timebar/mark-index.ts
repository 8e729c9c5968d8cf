// The marks of a record as the time bar needs them: stages, console lines, and bytes of DMA as sums that only grow, so that
// what went by in a stretch is a difference. It follows the record.

import { CounterSteps, isFromPowerOn } from '../../src/trace/record/counter-steps.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { CountersMark, Mark } from '../../src/trace/record/marks.ts';
import { lowest } from '../../src/trace/record/record-search.ts';

type Marked = Pick<IommuRecord, 'marks' | 'droppedMarks' | 'firstSequence' | 'event'>;

export interface StageMark {
  readonly timeMs: number;
  readonly stage: string;
}

/** Sums of one endpoint, at the times at which somebody looked. */
class ByteSums {
  readonly times: number[] = [];
  readonly sums: number[] = [];

  add(timeMs: number, bytes: number): void {
    if (bytes === 0 && this.times.length > 0) return;
    this.times.push(timeMs);
    this.sums.push((this.sums.at(-1) ?? 0) + bytes);
  }

  /** All before a time. */
  before(timeMs: number): number {
    const end = lowest(this.times.length, (at) => (this.times[at] ?? 0) >= timeMs);
    return this.sums[end - 1] ?? 0;
  }
}

export class MarkIndex {
  readonly #record: Marked;
  #stages: StageMark[] = [];
  #lines: number[] = [];
  #bytes = new Map<number, ByteSums>();
  #steps: CounterSteps | undefined;
  /** Marks that were read, those that are gone included; and the last of them. */
  #read = 0;
  #last: Mark | undefined;
  #dropped = 0;

  constructor(record: Marked) {
    this.#record = record;
  }

  /** Reads what has come; to be called before anything is asked. */
  update(): void {
    const { marks, droppedMarks } = this.#record;
    const at = this.#read - droppedMarks;
    // Marks were taken back, or old ones had to go
    if (droppedMarks !== this.#dropped || (at > 0 && marks[at - 1] !== this.#last)) this.#forget();
    for (let each = this.#read - droppedMarks; each < marks.length; each += 1) {
      const mark = marks[each];
      if (mark !== undefined) this.#take(mark);
    }
    this.#read = droppedMarks + marks.length;
    this.#last = marks.at(-1);
  }

  /** Oldest first. */
  get stages(): readonly StageMark[] {
    return this.#stages;
  }

  /** Endpoints that have made an access. */
  get endpoints(): Iterable<number> {
    return this.#bytes.keys();
  }

  /** Time of the oldest mark; undefined without any. */
  get firstMs(): number | undefined {
    return this.#record.marks[0]?.timeMs;
  }

  /** Lines that the console had printed before a time. */
  linesBefore(timeMs: number): number {
    return lowest(this.#lines.length, (at) => (this.#lines[at] ?? 0) >= timeMs);
  }

  /** Bytes that an endpoint had read and written before a time, as far as somebody had looked. */
  bytesBefore(endpoint: number, timeMs: number): number {
    return this.#bytes.get(endpoint)?.before(timeMs) ?? 0;
  }

  #take(mark: Mark): void {
    if (mark.kind === 'stage') this.#enter(mark);
    else if (mark.kind === 'console') this.#lines.push(mark.timeMs);
    else if (mark.kind === 'counters') this.#count(mark.timeMs, mark);
  }

  /** A guest that was restored at its prompt comes to it anew, with the next that it prints. */
  #enter({ timeMs, stage }: StageMark): void {
    if (this.#stages.at(-1)?.stage !== stage) this.#stages.push({ timeMs, stage });
  }

  #count(timeMs: number, mark: CountersMark): void {
    this.#steps ??= new CounterSteps(isFromPowerOn(this.#record));
    for (const { id, translatedBytes, bypassedBytes } of this.#steps.take(mark)) {
      const sums = this.#bytes.get(id) ?? new ByteSums();
      this.#bytes.set(id, sums);
      sums.add(timeMs, translatedBytes + bypassedBytes);
    }
  }

  #forget(): void {
    this.#stages = [];
    this.#lines = [];
    this.#bytes = new Map();
    this.#steps = undefined;
    this.#read = this.#record.droppedMarks;
    this.#dropped = this.#record.droppedMarks;
  }
}
