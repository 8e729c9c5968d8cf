// Writes what the IOMMU does to a file while it happens: the project's own format, or another one by the file's name.

import type { RecordedEvent } from '../../trace/recorded-event.ts';
import { chromePieces } from '../../trace/formats/chrome-json.ts';
import { CSV_HEADER, csvPieces } from '../../trace/formats/csv.ts';
import { encodeBatch, encodeStart } from '../../trace/formats/own-format.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import { RecordTail } from '../../trace/record/record-tail.ts';
import { History } from '../../trace/replay/history.ts';
import { traceLine } from '../../trace/trace-lines.ts';
import { OutputFile } from '../output-file.ts';

/** Characters gathered before they are written. */
const CHUNK = 1 << 16;
/** Events between two looks at the record. */
const BATCH_EVENTS = 4096;

type Format = 'viommu' | 'lines' | 'csv' | 'chrome';

/** By the end of the file's name; any other is the own format. */
const FORMATS: readonly (readonly [RegExp, Format])[] = [
  [/\.(?:jsonl|ndjson)$/i, 'lines'],
  [/\.csv$/i, 'csv'],
  [/\.json$/i, 'chrome'],
];

function formatOf(path: string): Format {
  return FORMATS.find(([name]) => name.test(path))?.[1] ?? 'viommu';
}

/** Close it in the end, or what came last is lost. */
export class TraceFile {
  readonly #file: OutputFile;
  readonly #format: Format;
  #text = '';
  #tail: RecordTail | undefined;
  #events = 0;
  /** Sequence of the next event that CSV has a line for. */
  #next = 1;
  /** What is being written; its error is told by `close`. */
  #writing: Promise<void> = Promise.resolve();
  #record: (() => IommuRecord) | undefined;

  /** Creates or empties the file. Throws `InputError` when it can not be written, or when another run writes it. */
  constructor(path: string) {
    this.#file = new OutputFile(path, 'trace');
    this.#format = formatOf(path);
  }

  /** The run whose events are added begins; `record` is asked for all that there is of it. */
  begin(record: () => IommuRecord): void {
    if (this.#format === 'lines') return;
    this.#record = record;
    if (this.#format === 'chrome') return;
    if (this.#format === 'csv') {
      this.#write(CSV_HEADER);
      return;
    }
    const { head } = record();
    this.#tail = new RecordTail(record());
    this.#queue(async () => this.#file.write(await encodeStart({ head, keyframe: null })));
  }

  /** Throws `InputError`, once, when the file can not be written any more. */
  add(event: RecordedEvent): void {
    if (this.#format === 'lines') {
      this.#text += traceLine(event);
      if (this.#text.length >= CHUNK) this.#flush();
      return;
    }
    this.#events += 1;
    if (this.#events % BATCH_EVENTS === 0) this.#queue(() => this.#writeNext());
  }

  /** Writes what is left. Rejects with `InputError` when that fails; harmless when closed. */
  async close(): Promise<void> {
    try {
      this.#flush();
      this.#queue(() => this.#writeNext());
      if (this.#format === 'chrome') this.#queue(async () => this.#writeChrome());
      await this.#writing;
    } finally {
      this.#tail?.dispose();
      this.#tail = undefined;
      this.#file.close();
    }
  }

  #queue(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write);
    // `close` tells of it
    this.#writing.catch(() => undefined);
  }

  async #writeNext(): Promise<void> {
    // What was recorded last is gathered by asking for the record
    const record = this.#record?.();
    if (this.#format === 'csv' && record !== undefined) {
      for (const piece of csvPieces(record, this.#next)) this.#write(piece);
      this.#next = record.lastSequence + 1;
    }
    for (const batch of this.#tail?.next() ?? []) this.#file.write(await encodeBatch(batch));
  }

  /** Needs the whole record: an arrow leads from an early request to a late fault. */
  #writeChrome(): void {
    const record = this.#record?.();
    if (record === undefined) return;
    const history = new History(record);
    for (const piece of chromePieces(history)) this.#write(piece);
    history.dispose();
  }

  #flush(): void {
    const text = this.#text;
    this.#text = '';
    this.#write(text);
  }

  #write(text: string): void {
    this.#file.write(new TextEncoder().encode(text));
  }
}
