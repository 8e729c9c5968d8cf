// A trace as a file: read as far as it goes, and followed while it grows.

import { open, stat, type FileHandle } from 'node:fs/promises';
import { fileTrouble } from '../../guest/guest-files.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { readerFor } from '../../trace/formats/any-reader.ts';
import type { TraceReader } from '../../trace/formats/trace-reader.ts';

/** Bytes that are read at a time; the first of them show what the file is. */
const PIECE = 1 << 16;
/** How often a file that may grow is looked at. */
const FOLLOW_MS = 200;

/** Close it in the end. */
export class TraceFile {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Bytes that were read. */
  #place = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Rejects with `InputError` when there is none. */
  static async open(path: string): Promise<TraceFile> {
    return new TraceFile(path, await attempt(path, () => open(path)));
  }

  /**
   * What is there now. Where it `isFollowed`, the end may be half written: it is left for `follow`. Rejects with `InputError`
   * when it can not be read or followed, and with `TraceError` when it is no trace.
   */
  async read(isFollowed: boolean): Promise<TraceReader> {
    if (isFollowed && !(await this.#file.stat()).isFile()) {
      throw new InputError(
        `--follow is for a file that grows, and ${this.#path} is none. Leave --follow out.`,
      );
    }
    let reader: TraceReader | undefined;
    for (let piece = await this.#next(); piece.length > 0; piece = await this.#next()) {
      reader ??= readerFor(piece);
      await reader.push(piece);
    }
    reader ??= readerFor(new Uint8Array(0));
    if (!isFollowed || reader.record === undefined) await reader.end();
    return reader;
  }

  /**
   * Has the reader take what is added from now on; calls after each piece. Ends only by rejecting: with `InputError` when
   * nothing more can come.
   */
  async follow(reader: TraceReader, onMore: () => void): Promise<never> {
    for (;;) {
      const piece = await this.#next();
      if (piece.length > 0) {
        await reader.push(piece);
        onMore();
        continue;
      }
      await this.#checkGrows();
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
  }

  /** Whether this very file is at a path, whatever it is called there. */
  async isAt(path: string): Promise<boolean> {
    const [mine, other] = await Promise.all([this.#file.stat(), stat(path).catch(() => undefined)]);
    return other?.ino === mine.ino && other.dev === mine.dev;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #next(): Promise<Uint8Array> {
    const bytes = new Uint8Array(PIECE);
    // From where the last piece ended, which a pipe has no other way to be read
    const { bytesRead } = await attempt(this.#path, () => this.#file.read(bytes, 0, PIECE, null));
    this.#place += bytesRead;
    return bytes.subarray(0, bytesRead);
  }

  async #checkGrows(): Promise<void> {
    if ((await this.#file.stat()).size < this.#place) {
      throw new InputError(
        `${this.#path} is shorter than what was read of it: somebody has begun it anew. Run this command again to follow it from there.`,
      );
    }
    if (await this.isAt(this.#path)) return;
    throw new InputError(
      `${this.#path} was removed or is another file now. Run this command again when there is one to follow.`,
    );
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new InputError(`The trace cannot be read: ${fileTrouble(cause, path)}`, { cause });
  }
}
