import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, PageStore, putPages } from './memory-pages.ts';

const PAGES = 6;

/** A memory of six pages; those that are named hold their own number and one in every byte. */
function memoryWith(...numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PAGES * PAGE_BYTES);
  for (const number of numbers) {
    bytes.fill(number + 1, number * PAGE_BYTES, (number + 1) * PAGE_BYTES);
  }
  return bytes;
}

/** The first byte of each page. */
function heads(bytes: Uint8Array): readonly number[] {
  return Array.from({ length: PAGES }, (_, number) => bytes[number * PAGE_BYTES] ?? -1);
}

describe('putPages', () => {
  const saved = new PageStore().take(memoryWith(1, 4).buffer);

  it('makes a memory what it was, whatever it holds', () => {
    const memory = memoryWith(0, 1, 2, 3, 4, 5).fill(9, 4 * PAGE_BYTES);
    putPages(memory.buffer, saved);
    expect(memory).toEqual(memoryWith(1, 4));
  });

  it('looks at no page that is known to be zero, but fills those that were not', () => {
    const memory = memoryWith(0, 3);
    putPages(memory.buffer, saved, { zero: { address: 3 * PAGE_BYTES, length: 2 * PAGE_BYTES } });
    expect(heads(memory)).toEqual([0, 2, 0, 4, 5, 0]);
  });

  it('leaves alone what is right already', () => {
    const memory = memoryWith(0, 5);
    putPages(memory.buffer, saved, { right: { address: 4 * PAGE_BYTES, length: 2 * PAGE_BYTES } });
    expect(heads(memory)).toEqual([0, 2, 0, 0, 0, 6]);
  });

  it('knows nothing of a page that is in a stretch with a part only', () => {
    const memory = memoryWith(0, 1, 2, 3, 4, 5);
    putPages(memory.buffer, saved, { zero: { address: 1, length: 3 * PAGE_BYTES } });
    expect(heads(memory)).toEqual([0, 2, 3, 0, 5, 0]);
  });
});
