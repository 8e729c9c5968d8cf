// Page tables of a domain: the home of its mappings of few whole pages, and what a lookup reads first.

import {
  DIRECTORY_SHIFT,
  DIRECTORY_WORD_MASK,
  DIRECTORY_WORD_SHIFT,
  ENTRY_SHIFT,
  GPA_MASK,
  GPA_SHIFT,
  LEAF_PAGES,
  PAGE_SHIFT,
  SET_SPANS,
  SPANS,
  SPAN_DIRECTORY,
  SPAN_HIGH,
  SPAN_SIZE,
  TABLE_LENGTH,
  TABLE_SHIFT,
  TABLE_WORD_SHIFT,
  WORD_MASK,
} from './layout';

/** Bits of a page's number below its table, and below its leaf. */
const TABLE_BITS = DIRECTORY_SHIFT - PAGE_SHIFT;
const LEAF_BITS = TABLE_SHIFT - PAGE_SHIFT;

/** Address of the page that `seekPage` found. */
export let foundPage: u64 = 0;

/** The span's record with page tables for these upper halves of addresses, or 0. */
export function findSpan(domain: u32, high: u32): u32 {
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const span = domain + SET_SPANS + index * SPAN_SIZE;
    if (load<u32>(span, SPAN_HIGH) == high && load<u32>(span, SPAN_DIRECTORY) != 0) return span;
  }
  return 0;
}

/** Whether the domain has page tables at all. */
export function hasTables(domain: u32): bool {
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    if (load<u32>(domain + SET_SPANS + index * SPAN_SIZE, SPAN_DIRECTORY) != 0) return true;
  }
  return false;
}

/** The entry for an address in the span with this directory; 0 when nothing is mapped there. */
export function pageEntry(directory: u32, low: u32): u32 {
  return load<u32>(
    entryPlace(load<u32>(leafPlace(load<u32>(tablePlace(directory, low)), low)), low),
  );
}

/** Where the word for an address stands in a directory, */
export function tablePlace(directory: u32, low: u32): u32 {
  return directory + ((low >>> DIRECTORY_WORD_SHIFT) & DIRECTORY_WORD_MASK);
}

/** in a table, */
export function leafPlace(table: u32, low: u32): u32 {
  return table + ((low >>> TABLE_WORD_SHIFT) & WORD_MASK);
}

/** and its entry in a leaf. */
export function entryPlace(leaf: u32, low: u32): u32 {
  return leaf + ((low >>> ENTRY_SHIFT) & WORD_MASK);
}

/** Guest-physical address of the first byte of an entry's page. */
export function pageGpa(entry: u32): u64 {
  return (<u64>(entry & GPA_MASK)) << GPA_SHIFT;
}

/** `pageEntry` in whatever span the address lies. */
export function entryAt(domain: u32, address: u64): u32 {
  const span = findSpan(domain, <u32>(address >> 32));
  return span == 0 ? 0 : pageEntry(load<u32>(span, SPAN_DIRECTORY), <u32>address);
}

/** Finds the first mapped page that starts in `from`..`last`; `from` is the start of a page. */
export function seekPage(domain: u32, from: u64, last: u64): bool {
  let isFound = false;
  let limit = last;
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const span = domain + SET_SPANS + index * SPAN_SIZE;
    const directory = load<u32>(span, SPAN_DIRECTORY);
    const base = (<u64>load<u32>(span, SPAN_HIGH)) << 32;
    if (directory == 0 || base > limit || (base | 0xffff_ffff) < from) continue;
    const first: u32 = base > from ? 0 : <u32>((from - base) >> PAGE_SHIFT);
    const end: u32 = limit - base > 0xffff_ffff ? 0xfffff : <u32>((limit - base) >> PAGE_SHIFT);
    const page = seekInDirectory(directory, first, end);
    if (page < 0) continue;
    foundPage = base + ((<u64>page) << PAGE_SHIFT);
    limit = foundPage;
    isFound = true;
  }
  return isFound;
}

/** Number of the first mapped page in `first`..`last` of a span, or -1. */
function seekInDirectory(directory: u32, first: u32, last: u32): i32 {
  let page = first;
  for (let index = first >>> TABLE_BITS; index <= last >>> TABLE_BITS; index++) {
    const table = load<u32>(directory + (index << 2));
    if (table != 0) {
      const found = seekInTable(table, index << TABLE_BITS, page, last);
      if (found >= 0) return found;
    }
    page = (index + 1) << TABLE_BITS;
  }
  return -1;
}

/** The same in one table, whose pages start at number `base`. */
function seekInTable(table: u32, base: u32, first: u32, last: u32): i32 {
  let page = first;
  for (let index = (first - base) >>> LEAF_BITS; index < <u32>TABLE_LENGTH; index++) {
    if (page > last) return -1;
    const leaf = load<u32>(table + (index << 2));
    const next = base + ((index + 1) << LEAF_BITS);
    if (leaf != 0) {
      for (; page < next && page <= last; page++) {
        if (load<u32>(leaf + ((page & (LEAF_PAGES - 1)) << 2)) != 0) return page;
      }
    }
    page = next;
  }
  return -1;
}
