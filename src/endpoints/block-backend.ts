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
export const BLOCK_BYTES = 4096;
const WORD_BYTES = 4;

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
    this.#check(offset, target.length);
    if (this.#written.size === 0) {
      target.set(this.#image.subarray(offset, offset + target.length));
      return;
    }
    for (let done = 0; done < target.length;) {
      const at = offset + done;
      const length = Math.min(BLOCK_BYTES - (at % BLOCK_BYTES), target.length - done);
      const block = this.#written.get(Math.floor(at / BLOCK_BYTES));
      const inside = at % BLOCK_BYTES;
      const source = block?.subarray(inside, inside + length);
      target.set(source ?? this.#image.subarray(at, at + length), done);
      done += length;
    }
  }

  write(offset: number, source: Uint8Array): void {
    this.#check(offset, source.length);
    for (let done = 0; done < source.length;) {
      const inside = (offset + done) % BLOCK_BYTES;
      const length = Math.min(BLOCK_BYTES - inside, source.length - done);
      const block = this.#ownBlock(Math.floor((offset + done) / BLOCK_BYTES));
      block.set(source.subarray(done, done + length), inside);
      done += length;
    }
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

  #check(offset: number, length: number): void {
    assert(offset >= 0 && offset + length <= this.sizeBytes, 'access inside the disk');
  }
}

function isSame(one: DataView, other: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + WORD_BYTES <= end; at += WORD_BYTES) {
    if (one.getUint32(at) !== other.getUint32(at)) return false;
  }
  for (; at < end; at += 1) if (one.getUint8(at) !== other.getUint8(at)) return false;
  return true;
}

/** The blocks in which a disk differs from the image that it began as; both have the same size. */
export function changedBlocks(image: Uint8Array, disk: Uint8Array): readonly WrittenBlock[] {
  const blocks: WrittenBlock[] = [];
  const imageView = new DataView(image.buffer, image.byteOffset, image.length);
  const diskView = new DataView(disk.buffer, disk.byteOffset, disk.length);
  for (let start = 0; start < image.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, image.length);
    if (isSame(imageView, diskView, start, end)) continue;
    blocks.push({ index: start / BLOCK_BYTES, bytes: disk.slice(start, end) });
  }
  return blocks;
}
