// Writes the recording of a run to a file while it is made.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { GuestSession } from '../../guest/guest-session.ts';
import { unwritable } from '../output-file.ts';

/** A file that is a whole recording up to what was written last, however the program ends. */
export class RecordingFile {
  readonly #path: string;
  readonly #file: number;
  readonly #onFailure: (error: Error) => void;
  readonly #end: () => void;
  #isOpen = true;

  /**
   * Creates or empties the file. Throws `InputError` when it can not be written; later `onFailure` gets one, once, and
   * nothing more is written.
   */
  constructor(path: string, session: GuestSession, onFailure: (error: Error) => void) {
    this.#path = path;
    this.#onFailure = onFailure;
    try {
      this.#file = openSync(path, 'w');
    } catch (cause) {
      throw unwritable('recording', this.#path, cause);
    }
    this.#end = session.past.record((bytes) => this.#write(bytes));
  }

  /** The run is over. */
  end(): void {
    this.#end();
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #write(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    } catch (cause) {
      this.#isOpen = false;
      closeSync(this.#file);
      this.#onFailure(unwritable('recording', this.#path, cause));
    }
  }
}
