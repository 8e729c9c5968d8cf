// Keeps a file that is being written from a second process that would write it, too.

import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';

/** Tries to get a lock that an ended process has left. */
const ATTEMPTS = 2;

/** A claim on a path that lasts until it is released, or until the process ends. */
export class FileClaim {
  readonly #lock: string | undefined;

  private constructor(lock: string | undefined) {
    this.#lock = lock;
  }

  /**
   * Claims a path; of one that is no plain file, such as `/dev/stdout`, there is nothing to claim. Returns undefined when
   * a process that still runs has claimed it. Throws the file system's error.
   */
  static take(path: string): FileClaim | undefined {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      return new FileClaim(undefined);
    const lock = lockOf(path);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (create(lock)) return new FileClaim(lock);
      if (isHeld(lock)) return undefined;
      rmSync(lock, { force: true });
    }
    return undefined;
  }

  release(): void {
    if (this.#lock !== undefined) rmSync(this.#lock, { force: true });
  }
}

/** The file that is there while a path is claimed; it holds the number of the process. */
export function lockOf(path: string): string {
  return `${path}.lock`;
}

function create(lock: string): boolean {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (!Number.isInteger(holder) || holder <= 0) return false;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // A process of another user's can not be signalled, and runs.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
