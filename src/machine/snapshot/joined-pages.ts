// The pages of a memory as one piece, for a file.

import { PAGE_BYTES, type MemoryPages } from '../v86/memory-pages.ts';

/** `MemoryPages`, whose pages lie one behind the other. */
export interface JoinedPages {
  readonly bytes: number;
  readonly numbers: Uint32Array;
  readonly content: Uint8Array;
}

const PAGE_WORDS = PAGE_BYTES / 4;

export function joinPages({ bytes, numbers, pages }: MemoryPages): JoinedPages {
  const words = new Uint32Array(pages.length * PAGE_WORDS);
  pages.forEach((page, index) => words.set(page, index * PAGE_WORDS));
  return { bytes, numbers, content: new Uint8Array(words.buffer) };
}

/** The pages are views of the piece, which begins at a word. Throws when their number is not that of their numbers. */
export function splitPages({ bytes, numbers, content }: JoinedPages): MemoryPages {
  if (content.length !== numbers.length * PAGE_BYTES) throw new Error('pages are missing');
  const pages = Array.from(
    numbers,
    (_, index) =>
      new Uint32Array(content.buffer, content.byteOffset + index * PAGE_BYTES, PAGE_WORDS),
  );
  return { bytes, numbers, pages };
}
