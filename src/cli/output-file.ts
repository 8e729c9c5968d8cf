// A file that a run writes while it goes, and no other run at the same time.

import { closeSync, openSync, writeSync } from 'node:fs';
import { InputError } from '../machine/images/guest-images.ts';
import { FileClaim, lockOf } from './file-claim.ts';

/** What the operating system's reasons mean for a file that is to be written, and what to do. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such folder. Create it, or give a file in another one'],
  ['ENOTDIR', 'what should be its folder is a file. Give a file in a folder'],
  ['EISDIR', 'that is a folder. Give a file'],
  ['ENOSPC', 'no space is left. Make room, or give a file on another disk'],
  ['EACCES', 'this user may not write there. Give a file in a folder that you may write to'],
  ['EROFS', 'nothing can be written there. Give a file in a folder that you may write to'],
]);

/** Why a file can not be written, in a sentence that says what to do. */
export function unwritable(what: string, path: string, cause: unknown): InputError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = REASONS.get(code) ?? `${message}. Give a file in a folder that you may write to`;
  return new InputError(`The ${what} cannot be written to ${path}: ${reason}.`, { cause });
}

/** Close it in the end: another run can not write it before. */
export class OutputFile {
  readonly #what: string;
  readonly #path: string;
  readonly #claim: FileClaim;
  readonly #file: number;
  #isOpen = true;

  /**
   * Creates or empties the file. `what` names it in a sentence: "trace". Throws `InputError` when it can not be written, or
   * when another run writes it.
   */
  constructor(path: string, what: string) {
    this.#what = what;
    this.#path = path;
    this.#claim = this.#attempt(() => FileClaim.take(path)) ?? this.#refuse();
    try {
      this.#file = this.#attempt(() => openSync(path, 'w'));
    } catch (error) {
      this.#claim.release();
      throw error;
    }
  }

  /** Throws `InputError`, once, when the file can not be written any more; does nothing when closed. */
  write(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      for (let done = 0; done < bytes.length;) {
        done += this.#attempt(() => writeSync(this.#file, bytes, done));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Harmless when closed. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#file);
    this.#claim.release();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw unwritable(this.#what, this.#path, cause);
    }
  }

  #refuse(): never {
    throw new InputError(
      `Another run is writing its ${this.#what} to ${this.#path}. Give this one a file of its own, or remove ${lockOf(this.#path)} if there is no other run.`,
    );
  }
}
