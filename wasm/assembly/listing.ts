// Mappings of a domain in IOVA order: those of its tree and those of its page tables, merged.

import {
  LIST_CAPACITY,
  LIST_ENTRY_WORDS,
  LIST_OFFSET,
  MAPPING_FLAGS,
  PAGE_FIRST,
  PAGE_LAST,
  PAGE_MASK,
  PAGE_SIZE,
} from './layout';
import { end, flags, key, phys } from './nodes';
import { next, placeIndex, placeLeaf, seekEnd } from './search';
import { entryAt, foundPage, hasTables, pageGpa, seekPage } from './tables';

// The next mapping of page tables; none when `runStart` is above `runEnd`
let runStart: u64 = 0;
let runEnd: u64 = 0;

/** Writes up to LIST_CAPACITY mappings that end at the address or after it; returns how many. */
export function listFrom(domain: u32, from: u64): u32 {
  seekEnd(domain, from);
  seekRun(domain, from & ~(<u64>PAGE_MASK), hasTables(domain));
  let listed: u32 = 0;
  while (listed < <u32>LIST_CAPACITY) {
    const hasRun = runStart <= runEnd;
    if (placeLeaf == 0 && !hasRun) break;
    const entry = LIST_OFFSET + listed * LIST_ENTRY_WORDS * 4;
    if (placeLeaf != 0 && (!hasRun || key(placeLeaf, placeIndex) < runStart)) {
      put(entry, key(placeLeaf, placeIndex), end(placeLeaf, placeIndex));
      store<u64>(entry, phys(placeLeaf, placeIndex), 16);
      store<u32>(entry, flags(placeLeaf, placeIndex), 24);
      next();
    } else {
      const page = entryAt(domain, runStart);
      put(entry, runStart, runEnd);
      store<u64>(entry, pageGpa(page), 16);
      store<u32>(entry, <u32>page & MAPPING_FLAGS, 24);
      // Nothing is behind the last byte of the space
      seekRun(domain, runEnd + 1, runEnd != u64.MAX_VALUE);
    }
    listed++;
  }
  return listed;
}

/** Finds the mapping of page tables that has the page at `from`, or the first one behind it. */
function seekRun(domain: u32, from: u64, mayExist: bool): void {
  runStart = 1;
  runEnd = 0;
  if (!mayExist || !seekPage(domain, from, u64.MAX_VALUE)) return;
  runStart = foundPage;
  while ((entryAt(domain, runStart) & PAGE_FIRST) == 0) runStart -= PAGE_SIZE;
  runEnd = foundPage;
  while ((entryAt(domain, runEnd) & PAGE_LAST) == 0) runEnd += PAGE_SIZE;
  runEnd |= PAGE_MASK;
}

function put(entry: u32, start: u64, last: u64): void {
  store<u64>(entry, start);
  store<u64>(entry, last, 8);
}
