// Reads traces of JSON lines: events and marks, without the requests they came from and without who asked.

import { emptyBatch } from '../record/batch.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import { ALL_FACTS } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import type { Mark } from '../record/marks.ts';
import { readEventLine, type EventLine } from './event-json.ts';
import { isMarkLine, readMark } from './mark-json.ts';
import { TextLines } from './text-lines.ts';
import { TraceError, type TraceReader } from './trace-reader.ts';

/** Lines that are complained of one by one. */
const MAX_REMARKS = 10;
/** Marks that wait for the events among them. */
const MAX_WAITING = 4096;

export class JsonLinesReader implements TraceReader {
  readonly record: IommuRecord;
  readonly keyframe = undefined;
  readonly #recorder = new Recorder();
  readonly #lines = new TextLines();
  readonly #remarks: string[] = [];
  /** What was found to be not told is false from then on. */
  readonly #facts = {
    ...ALL_FACTS,
    requests: false,
    who: false,
    instructions: false,
  };
  #marks: Mark[] = [];
  #hasMarks = false;
  #badLines = 0;
  #latest = 0;

  constructor(maxBytes?: number) {
    this.record = new IommuRecord(
      {
        source: 'json-lines',
        endpoints: [],
        device: null,
        memoryBytes: null,
        kernel: null,
        facts: this.#facts,
      },
      { maxBytes },
    );
    this.#recorder.filled.on(() => this.#gather());
  }

  get remarks(): readonly string[] {
    const more = this.#badLines - this.#remarks.length;
    return more > 0
      ? [...this.#remarks, `${more} more lines were left out like these.`]
      : this.#remarks;
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#lines.take(bytes, (line) => this.#take(line));
    this.#gather();
  }

  async end(): Promise<void> {
    this.#lines.end((line) => this.#take(line));
    this.#gather();
    if (this.#latest === 0 && !this.#hasMarks) {
      const [first = 'it is empty'] = this.#remarks;
      throw new TraceError(`This is no trace of JSON lines: ${first}`);
    }
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const read = readLine(line);
    if (typeof read === 'string') {
      this.#complain(read);
      return;
    }
    if ('kind' in read) {
      this.#takeMark(read);
      return;
    }
    const { timeMs, event } = read;
    if (event.sequence <= this.#latest) {
      this.#complain(`event ${event.sequence} comes behind event ${this.#latest}`);
      return;
    }
    // As it stands in the lines of an imported trace
    if ('status' in event && event.status === NO_STATUS) this.#facts.status = false;
    if (event.kind === 'faulted' && event.length === 0) this.#facts.accesses = false;
    this.#latest = event.sequence;
    this.#recorder.add(event, { timeMs, instructions: 0 });
  }

  #takeMark(mark: Mark): void {
    const before = this.#marks.at(-1) ?? this.record.marks.at(-1);
    if (mark.sequence < Math.max(this.#latest, before?.sequence ?? 0)) {
      this.#complain(`a mark after event ${mark.sequence} comes behind event ${this.#latest}`);
      return;
    }
    this.#marks.push(mark);
    this.#hasMarks = true;
    if (this.#marks.length >= MAX_WAITING) this.#gather();
  }

  #complain(words: string): void {
    this.#badLines += 1;
    if (this.#badLines > MAX_REMARKS) return;
    this.#remarks.push(`Line ${this.#lines.count} was left out: ${words}.`);
  }

  #gather(): void {
    for (const batch of this.#recorder.take()) this.record.append(batch);
    if (this.#marks.length > 0) this.record.append({ ...emptyBatch(), marks: this.#marks });
    this.#marks = [];
  }
}

function readLine(line: string): EventLine | Mark | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'this is not JSON';
  }
  return isMarkLine(value) ? readMark(value) : readEventLine(value);
}
