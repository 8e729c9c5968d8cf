// SHA-256 of a stream, whose state between two pieces is plain data.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';

/** Plain data. */
export interface ChainedHashState {
  readonly chain: Uint8Array;
  readonly pending: Uint8Array;
}

/** Bytes that are hashed together with what came before them. */
const BLOCK = 8192;
const WORD_BYTES = 4;

/** Each block is hashed behind the hash of all before it. How a stream is cut into pieces makes no difference. */
export class ChainedHash {
  #chain: Uint8Array = new Uint8Array(32);
  readonly #block = new Uint8Array(BLOCK);
  readonly #blockWords = new Uint32Array(this.#block.buffer);
  #length = 0;

  update(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + BLOCK - this.#length);
      this.#block.set(piece, this.#length);
      this.#length += piece.length;
      done += piece.length;
      if (this.#length === BLOCK) this.#closeBlock();
    }
  }

  /** The first `count` words, as their bytes. A stream is either of bytes or of words. */
  updateWords(words: Uint32Array, count: number): void {
    let place = this.#length / WORD_BYTES;
    for (let index = 0; index < count; index += 1) {
      this.#blockWords[place] = words[index] ?? 0;
      place += 1;
      if (place < BLOCK / WORD_BYTES) continue;
      this.#closeBlock();
      place = 0;
    }
    this.#length = place * WORD_BYTES;
  }

  /** The hash of all so far, in hex; more can follow. */
  hex(): string {
    return bytesToHex(sha256(concatBytes(this.#chain, this.#block.subarray(0, this.#length))));
  }

  save(): ChainedHashState {
    return { chain: this.#chain.slice(), pending: this.#block.slice(0, this.#length) };
  }

  restore({ chain, pending }: ChainedHashState): void {
    this.#chain = chain.slice();
    this.#length = 0;
    this.update(pending);
  }

  #closeBlock(): void {
    this.#chain = sha256(concatBytes(this.#chain, this.#block));
    this.#length = 0;
  }
}
