// Writes the record to a file while it is made.

import { closeSync, openSync, writeSync } from 'node:fs';
import { InputError } from '../../machine/images/guest-images.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import { traceLine } from '../../trace/trace-lines.ts';
import { FileClaim, lockOf } from '../file-claim.ts';

/** Characters gathered before they are written. */
const CHUNK = 1 << 16;

/** A file of JSON lines. Close it in the end, or its last lines are lost. */
export class TraceFile {
  readonly #path: string;
  readonly #claim: FileClaim;
  readonly #file: number;
  #isOpen = true;
  #text = '';

  /** Creates or empties the file. Throws `InputError` when it can not be written, or when another run writes it. */
  constructor(path: string) {
    this.#path = path;
    this.#claim = this.#attempt(() => FileClaim.take(path)) ?? refuse(path);
    try {
      this.#file = this.#attempt(() => openSync(path, 'w'));
    } catch (error) {
      this.#claim.release();
      throw error;
    }
  }

  /** Throws `InputError`, once, when the file can not be written any more. */
  add(event: RecordedEvent): void {
    if (!this.#isOpen) return;
    this.#text += traceLine(event);
    if (this.#text.length >= CHUNK) this.#flush();
  }

  /** Writes what is left. Throws `InputError` when that fails; harmless when closed. */
  close(): void {
    if (!this.#isOpen) return;
    this.#flush();
    this.#end();
  }

  #flush(): void {
    const bytes = new TextEncoder().encode(this.#text);
    this.#text = '';
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#attempt(() => writeSync(this.#file, bytes, done));
      }
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #end(): void {
    this.#isOpen = false;
    closeSync(this.#file);
    this.#claim.release();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InputError(
        `The trace can not be written to ${this.#path}: ${reason}. Give a file in a folder that you may write to.`,
        { cause },
      );
    }
  }
}

function refuse(path: string): never {
  throw new InputError(
    `Another run is writing its trace to ${path}. Give this one a file of its own, or remove ${lockOf(path)} if there is no other run.`,
  );
}
