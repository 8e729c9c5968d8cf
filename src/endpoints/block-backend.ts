// What a disk's content is kept in, and the one that keeps it in memory.

import { assert } from '../base/assert.ts';

/** A disk's bytes. Callers stay inside `sizeBytes`. */
export interface BlockBackend {
  readonly sizeBytes: number;
  /** Fills `target` with what stands at byte `offset`. */
  read(offset: number, target: Uint8Array): void;
  /** Stores all of `source` at byte `offset`. */
  write(offset: number, source: Uint8Array): void;
  /** Makes everything written so far durable, as far as the backend knows durability. */
  flush(): void;
}

/** A block that was written to, as plain data. */
export interface WrittenBlock {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Unit of copying: a guest's page, which most writes are aligned to. */
const BLOCK_BYTES = 4096;

/** An image that stays as it is, and the blocks written since; at most as many as the image has. */
export class CopyOnWriteDisk implements BlockBackend {
  readonly #image: Uint8Array;
  readonly #written = new Map<number, Uint8Array>();

  constructor(image: Uint8Array) {
    this.#image = image;
  }

  get sizeBytes(): number {
    return this.#image.length;
  }

  read(offset: number, target: Uint8Array): void {
    this.#eachBlock(offset, target.length, (index, inside, done, length) => {
      const block = this.#written.get(index);
      const start = index * BLOCK_BYTES + inside;
      const source = block?.subarray(inside, inside + length);
      target.set(source ?? this.#image.subarray(start, start + length), done);
    });
  }

  write(offset: number, source: Uint8Array): void {
    this.#eachBlock(offset, source.length, (index, inside, done, length) => {
      this.#ownBlock(index).set(source.subarray(done, done + length), inside);
    });
  }

  flush(): void {
    // Memory is as durable as it gets.
  }

  /** Copies of the written blocks, by index. */
  save(): readonly WrittenBlock[] {
    return [...this.#written]
      .sort(([a], [b]) => a - b)
      .map(([index, bytes]) => ({ index, bytes: bytes.slice() }));
  }

  /** Forgets all writes and takes over those of `save`. The image must be the same. */
  restore(blocks: readonly WrittenBlock[]): void {
    this.#written.clear();
    for (const { index, bytes } of blocks) this.#ownBlock(index).set(bytes);
  }

  #ownBlock(index: number): Uint8Array {
    const present = this.#written.get(index);
    if (present !== undefined) return present;
    const block = this.#image.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    this.#written.set(index, block);
    return block;
  }

  #eachBlock(
    offset: number,
    length: number,
    visit: (index: number, inside: number, done: number, length: number) => void,
  ): void {
    assert(offset >= 0 && offset + length <= this.sizeBytes, 'access inside the disk');
    for (let done = 0; done < length;) {
      const index = Math.floor((offset + done) / BLOCK_BYTES);
      const inside = (offset + done) % BLOCK_BYTES;
      const step = Math.min(BLOCK_BYTES - inside, length - done);
      visit(index, inside, done, step);
      done += step;
    }
  }
}
