// A large memory that is mostly zeros, page by page.

export const PAGE_BYTES = 4096;
const PAGE_WORDS = PAGE_BYTES / 4;

/** The pages of a memory that hold anything. */
export interface MemoryPages {
  /** Bytes of the whole memory; a multiple of a page. */
  readonly bytes: number;
  /** Page numbers in rising order, and the pages' content in the same order. */
  readonly numbers: Uint32Array;
  readonly pages: readonly Uint32Array[];
}

const NO_PAGES: MemoryPages = { bytes: 0, numbers: new Uint32Array(), pages: [] };

/** Whether the page of these words that begins at word `start` is all zero. */
export function isZeroPage(words: Uint32Array, start: number): boolean {
  for (let index = start; index < start + PAGE_WORDS; index += 8) {
    const any =
      (words[index] ?? 0) |
      (words[index + 1] ?? 0) |
      (words[index + 2] ?? 0) |
      (words[index + 3] ?? 0) |
      (words[index + 4] ?? 0) |
      (words[index + 5] ?? 0) |
      (words[index + 6] ?? 0) |
      (words[index + 7] ?? 0);
    if (any !== 0) return false;
  }
  return true;
}

function isSamePage(words: Uint32Array, start: number, page: Uint32Array): boolean {
  for (let index = 0; index < PAGE_WORDS; index += 1) {
    if (words[start + index] !== page[index]) return false;
  }
  return true;
}

/** FNV-1a over 32-bit words. */
function hashPage(words: Uint32Array, start: number): number {
  let hash = 0x811c_9dc5;
  for (let index = start; index < start + PAGE_WORDS; index += 1) {
    hash = Math.imul(hash ^ (words[index] ?? 0), 0x0100_0193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

/** Pages known at which a store looks for the first time which of them are gone. */
const LEAST_SWEEP = 1 << 16;

/** Keeps pages, each content once, as long as somebody holds them. */
export class PageStore {
  readonly #byHash = new Map<number, WeakRef<Uint32Array>[]>();
  #sweepAt = LEAST_SWEEP;

  /**
   * The pages of a memory now. A page that is as it was in `before` is the same object; so is one whose content is known
   * from elsewhere. `isZero` tells of a page whether it is all zero, where something faster than looking can.
   */
  take(
    memory: ArrayBufferLike,
    before: MemoryPages = NO_PAGES,
    isZero?: (page: number) => boolean | undefined,
  ): MemoryPages {
    const words = new Uint32Array(memory);
    const numbers: number[] = [];
    const pages: Uint32Array[] = [];
    let cursor = 0;
    for (let number = 0; number * PAGE_WORDS < words.length; number += 1) {
      const start = number * PAGE_WORDS;
      while ((before.numbers[cursor] ?? Infinity) < number) cursor += 1;
      const old = before.numbers[cursor] === number ? before.pages[cursor] : undefined;
      if (old !== undefined && isSamePage(words, start, old)) {
        numbers.push(number);
        pages.push(old);
      } else if (!(isZero?.(number) ?? isZeroPage(words, start))) {
        numbers.push(number);
        pages.push(this.#keep(words, start));
      }
    }
    return { bytes: memory.byteLength, numbers: Uint32Array.from(numbers), pages };
  }

  #keep(words: Uint32Array, start: number): Uint32Array {
    const hash = hashPage(words, start);
    const known = (this.#byHash.get(hash) ?? []).filter((each) => each.deref() !== undefined);
    for (const each of known) {
      const page = each.deref();
      if (page !== undefined && isSamePage(words, start, page)) return page;
    }
    const page = words.slice(start, start + PAGE_WORDS);
    known.push(new WeakRef(page));
    this.#byHash.set(hash, known);
    if (this.#byHash.size > this.#sweepAt) this.#sweep();
    return page;
  }

  /** Forgets the pages that nobody holds any more. */
  #sweep(): void {
    for (const [hash, pages] of this.#byHash) {
      if (pages.every((each) => each.deref() === undefined)) this.#byHash.delete(hash);
    }
    this.#sweepAt = Math.max(LEAST_SWEEP, 2 * this.#byHash.size);
  }
}

/** Bytes of a memory. */
export interface Stretch {
  readonly address: number;
  readonly length: number;
}

/** What is known of a memory beforehand, and need not be looked at. */
export interface KnownMemory {
  /** All zero. */
  readonly zero?: Stretch;
  /** As it has to be. */
  readonly right?: Stretch;
}

/** Makes a memory what it was; it must be at least as large. */
export function putPages(
  memory: ArrayBufferLike,
  { numbers, pages }: MemoryPages,
  known: KnownMemory = {},
): void {
  const words = new Uint32Array(memory);
  const isZero = pagesOf(known.zero);
  const isRight = pagesOf(known.right);
  let cursor = 0;
  for (let number = 0; number * PAGE_WORDS < words.length; number += 1) {
    const start = number * PAGE_WORDS;
    const page = numbers[cursor] === number ? pages[cursor] : undefined;
    if (page !== undefined) cursor += 1;
    if (isRight(number)) continue;
    if (page !== undefined) words.set(page, start);
    else if (!isZero(number) && !isZeroPage(words, start)) {
      words.fill(0, start, start + PAGE_WORDS);
    }
  }
}

/** Tells the numbers of pages that lie wholly in a stretch. */
function pagesOf(stretch: Stretch | undefined): (number: number) => boolean {
  if (stretch === undefined) return () => false;
  const first = Math.ceil(stretch.address / PAGE_BYTES);
  const end = Math.floor((stretch.address + stretch.length) / PAGE_BYTES);
  return (number) => number >= first && number < end;
}
