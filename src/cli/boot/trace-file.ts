// Writes what the IOMMU does to a file while it happens: the project's own format, or another one by the file's name.

import { chromePieces } from '../../trace/formats/chrome-json.ts';
import { CSV_HEADER, csvPieces } from '../../trace/formats/csv.ts';
import { JsonLines } from '../../trace/formats/json-lines.ts';
import { encodeBatch, encodeStart } from '../../trace/formats/own-format.ts';
import { Pieces } from '../../trace/formats/pieces.ts';
import { emptyBatch } from '../../trace/record/batch.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import { RecordTail } from '../../trace/record/record-tail.ts';
import { History } from '../../trace/replay/history.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import { functionsOn } from '../trace/trace-symbols.ts';
import { OutputFile } from '../output-file.ts';

/** Events between two looks at the record. */
const BATCH_EVENTS = 4096;
/** Milliseconds between them at most, while something happens: somebody may follow the file. */
const BATCH_MS = 250;

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
  #tail: RecordTail | undefined;
  #lines: JsonLines | undefined;
  #events = 0;
  #writtenMs = performance.now();
  /** Sequence of the next event that CSV has a line for. */
  #next = 1;
  readonly #onFailure: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();
  #isClosing = false;
  #hasFailed = false;
  #record: (() => IommuRecord) | undefined;

  /**
   * Creates or empties the file. Throws `InputError` when it can not be written, or when another run writes it; `onFailure`
   * gets one when it can not be written any more.
   */
  constructor(path: string, onFailure: (error: unknown) => void = () => undefined) {
    this.#onFailure = onFailure;
    this.#file = new OutputFile(path, 'trace');
    this.#format = formatOf(path);
  }

  /** The run that is written begins; `record` is asked for all that there is of it. */
  begin(record: () => IommuRecord): void {
    this.#record = record;
    if (this.#format === 'lines') {
      this.#lines = new JsonLines(record());
      return;
    }
    if (this.#format === 'chrome') return;
    if (this.#format === 'csv') {
      this.#write(CSV_HEADER);
      return;
    }
    const { head } = record();
    this.#tail = new RecordTail(record());
    this.#queue(async () => this.#file.write(await encodeStart({ head, keyframe: null })));
  }

  /** An event has happened: writes what has come since the last look, when it is time for that. */
  add(): void {
    this.#events += 1;
    const now = performance.now();
    if (this.#events < BATCH_EVENTS && now - this.#writtenMs < BATCH_MS) return;
    this.#events = 0;
    this.#writtenMs = now;
    this.#queue(() => this.#writeNext());
  }

  /**
   * Writes what is left, with the names of functions where symbols of the guest's kernel are given: whoever reads the file has
   * none. Rejects with `InputError` when that fails, once; harmless when closed.
   */
  async close(symbols?: Symbols): Promise<void> {
    this.#isClosing = true;
    try {
      this.#queue(() => this.#writeNext());
      if (symbols !== undefined) this.#queue(() => this.#writeFunctions(symbols));
      if (this.#format === 'chrome') this.#queue(async () => this.#writeChrome());
      const writing = this.#writing;
      this.#writing = Promise.resolve();
      await writing;
    } finally {
      this.#tail?.dispose();
      this.#tail = undefined;
      this.#file.close();
    }
  }

  #queue(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(() => this.#attempt(write));
    // `close` tells of it
    this.#writing.catch(() => undefined);
  }

  async #attempt(write: () => Promise<void>): Promise<void> {
    if (this.#hasFailed) return;
    try {
      await write();
    } catch (error) {
      this.#hasFailed = true;
      if (this.#isClosing) throw error;
      this.#onFailure(error);
    }
  }

  async #writeNext(): Promise<void> {
    // What was recorded last is gathered by asking for the record
    const record = this.#record?.();
    if (this.#format === 'csv' && record !== undefined) {
      for (const piece of csvPieces(record, this.#next)) this.#write(piece);
      this.#next = record.lastSequence + 1;
    }
    if (this.#lines !== undefined) this.#writeLines(this.#lines);
    for (const batch of this.#tail?.next() ?? []) this.#file.write(await encodeBatch(batch));
  }

  async #writeFunctions(symbols: Symbols): Promise<void> {
    const record = this.#record?.();
    if (this.#tail === undefined || record === undefined) return;
    record.append({ ...emptyBatch(), functions: functionsOn(record, symbols) });
    await this.#writeNext();
  }

  /** Needs the whole record: an arrow leads from an early request to a late fault. */
  #writeChrome(): void {
    const record = this.#record?.();
    if (record === undefined) return;
    const history = new History(record);
    for (const piece of chromePieces(history)) this.#write(piece);
    history.dispose();
  }

  #writeLines(lines: JsonLines): void {
    const pieces = new Pieces();
    for (const line of lines.next()) for (const piece of pieces.add(line)) this.#write(piece);
    for (const piece of pieces.end()) this.#write(piece);
  }

  #write(text: string): void {
    this.#file.write(new TextEncoder().encode(text));
  }
}
