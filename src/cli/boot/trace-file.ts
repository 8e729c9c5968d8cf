// Writes the record to a file while it is made.

import { closeSync, openSync, writeSync } from 'node:fs';
import { InputError } from '../../machine/images/guest-images.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import { traceLine } from '../../trace/trace-lines.ts';

/** Characters gathered before they are written. */
const CHUNK = 1 << 16;

/** A file of JSON lines. Close it in the end, or its last lines are lost. */
export class TraceFile {
  readonly #path: string;
  readonly #file: number;
  #text = '';

  /** Creates or empties the file. Throws `InputError` when it can not be written. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'w');
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  /** Throws `InputError` when the file can not be written any more. */
  add(event: RecordedEvent): void {
    this.#text += traceLine(event);
    if (this.#text.length >= CHUNK) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#file);
    }
  }

  #flush(): void {
    const bytes = new TextEncoder().encode(this.#text);
    this.#text = '';
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  #error(cause: unknown): InputError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new InputError(
      `The trace can not be written to ${this.#path}: ${reason}. Give a file in a folder that you may write to.`,
      { cause },
    );
  }
}
