// Reads traces of JSON lines: events and marks, without the requests they came from and without who asked.

import { emptyBatch } from '../record/batch.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import { ALL_FACTS } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { ORDER_MS } from '../record/time-range.ts';
import type { Mark } from '../record/marks.ts';
import { readEventLine, type EventLine } from './event-json.ts';
import { isMarkLine, readMark } from './mark-json.ts';
import { isObject } from './field-checks.ts';
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
  /** Whether lines have times, as the first one says. */
  #hasTimes: boolean | undefined;
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
    const { hasTime, what } = read;
    if (hasTime !== (this.#hasTimes ?? hasTime)) {
      const [own, others] = hasTime ? ['a', 'have none'] : ['no', 'have'];
      this.#complain(`it has ${own} time, and lines before it ${others}`);
      return;
    }
    if ('kind' in what) this.#takeMark(what, hasTime);
    else this.#takeEvent(what, hasTime);
  }

  #takeEvent({ timeMs, event }: EventLine, hasTime: boolean): void {
    if (event.sequence <= this.#latest) {
      this.#complain(`event ${event.sequence} comes behind event ${this.#latest}`);
      return;
    }
    // As it stands in the lines of an imported trace
    if ('status' in event && event.status === NO_STATUS) this.#facts.status = false;
    if (event.kind === 'faulted' && event.length === 0) this.#facts.accesses = false;
    this.#latest = event.sequence;
    this.#beginWith(hasTime);
    const time = { timeMs: timeMs ?? event.sequence * ORDER_MS, instructions: 0 };
    this.#recorder.add(event, time);
  }

  #takeMark(mark: Mark, hasTime: boolean): void {
    const before = this.#marks.at(-1) ?? this.record.marks.at(-1);
    if (mark.sequence < Math.max(this.#latest, before?.sequence ?? 0)) {
      this.#complain(`a mark after event ${mark.sequence} comes behind event ${this.#latest}`);
      return;
    }
    this.#beginWith(hasTime);
    this.#marks.push(mark);
    this.#hasMarks = true;
    if (this.#marks.length >= MAX_WAITING) this.#gather();
  }

  /** A line is taken: the others are expected to have times if it has. */
  #beginWith(hasTime: boolean): void {
    this.#hasTimes = hasTime;
    this.#facts.times = hasTime;
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

interface Line {
  readonly hasTime: boolean;
  readonly what: EventLine | Mark;
}

function readLine(line: string): Line | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'this is not JSON';
  }
  const what = isMarkLine(value) ? readMark(value) : readEventLine(value);
  if (typeof what === 'string') return what;
  return { hasTime: isObject(value) && value['timeMs'] !== null, what };
}
