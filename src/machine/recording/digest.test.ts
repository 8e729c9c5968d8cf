import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { PAGE_BYTES } from '../v86/memory-pages.ts';
import { hashMemory, ownSha256 } from './digest.ts';

/** Two pages of a memory that is zero else. */
const memory = {
  forEachPage(take: (number: number, page: Uint8Array) => void): void {
    take(3, new Uint8Array(PAGE_BYTES).fill(1));
    take(0x102, new Uint8Array(PAGE_BYTES).fill(2));
  },
};

it('RAM has the same hash by the host’s SHA-256 as by our own: of its pages behind their numbers', () => {
  const plain = [3, 0x102].flatMap((number, index) => [
    ...new Uint8Array(Uint32Array.of(number).buffer),
    ...new Uint8Array(PAGE_BYTES).fill(index + 1),
  ]);
  const expected = createHash('sha256').update(Uint8Array.from(plain)).digest('hex');
  expect(hashMemory(memory, createHash('sha256'))).toBe(expected);
  expect(hashMemory(memory, ownSha256())).toBe(expected);
});
