import { describe, expect, it } from 'vitest';
import { ChainedHash } from './chained-hash.ts';

/** More than a block of 8192 bytes. */
const WORDS = Uint32Array.from({ length: 5000 }, (_, index) => Math.imul(index, 0x9e37_79b9));
const BYTES = new Uint8Array(WORDS.buffer);

function hashOf(feed: (hash: ChainedHash) => void): string {
  const hash = new ChainedHash();
  feed(hash);
  return hash.hex();
}

describe('ChainedHash', () => {
  const whole = hashOf((hash) => hash.update(BYTES));

  it.each([1, 7, 4096, 8192, 8193])('is the same for pieces of %i bytes', (size) => {
    const pieced = hashOf((hash) => {
      for (let at = 0; at < BYTES.length; at += size) hash.update(BYTES.subarray(at, at + size));
    });
    expect(pieced).toBe(whole);
  });

  it.each([1, 19, 2048, 2049])('hashes %i words at a time as their bytes', (size) => {
    const pieced = hashOf((hash) => {
      for (let at = 0; at < WORDS.length; at += size) {
        const words = WORDS.subarray(at, at + size);
        hash.updateWords(Uint32Array.of(...words, 1, 2, 3), words.length);
      }
    });
    expect(pieced).toBe(whole);
  });

  it('tells apart what differs in its last byte, before and after a block is full', () => {
    const hashes = [100, 8192, 8193].flatMap((length) =>
      [0, 1].map((last) =>
        hashOf((hash) => hash.update(new Uint8Array(length).fill(last, length - 1))),
      ),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('goes on from what was saved', () => {
    const first = new ChainedHash();
    first.updateWords(WORDS, 3000);
    const second = new ChainedHash();
    second.updateWords(WORDS, 17);
    second.restore(first.save());
    second.updateWords(WORDS.subarray(3000), 2000);
    expect(second.hex()).toBe(whole);
  });
});
