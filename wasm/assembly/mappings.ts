// Domains and their mappings, each in page tables or in the tree.

import { blocksLeft } from './blocks';
import { insertEntry } from './insert';
import {
  HEADER_MAPPINGS,
  HEADER_MAX_MAPPINGS,
  HEADER_WINDOW_BLOCKS,
  HEADER_WINDOW_RESERVE,
  INSERT_DONE,
  INSERT_FULL,
  INSERT_OVERLAP,
  KIND_DOMAIN,
  KIND_WINDOWS,
  NO_SET,
  PAGE_MASK,
  PAGE_SHIFT,
  REMOVE_WOULD_SPLIT,
  SET_DOMAIN,
  SET_ENTRIES,
  SET_HEIGHT,
  SET_ROOT,
  SET_WINDOWS,
} from './layout';
import { listFrom } from './listing';
import { key } from './nodes';
import {
  cutsPages,
  dropTables,
  fitsPages,
  insertPages,
  removePages,
  takenMappings,
  takenPages,
} from './pages';
import { removeShare, takenBytes, takenEntries } from './remove';
import { placeIndex, placeLeaf, seekEnd } from './search';
import { countMappings, cutsTree, freeSet, addressOfSet, takeSet, treeTouches } from './sets';
import { hasTables, seekPage } from './tables';
import { clearWindows } from './window-sets';
import { join } from './words';

/** Index of a new domain without mappings and without windows, or NO_SET. */
export function createDomain(id: u32): i32 {
  const domain = takeSet(KIND_DOMAIN);
  if (domain == NO_SET) return NO_SET;
  const windows = takeSet(KIND_WINDOWS);
  if (windows == NO_SET) {
    freeSet(domain);
    return NO_SET;
  }
  store<u32>(addressOfSet(domain), id, SET_DOMAIN);
  store<u32>(addressOfSet(domain), windows, SET_WINDOWS);
  return domain;
}

/** Drops a domain with its mappings and windows; no endpoint is bound to it. */
export function destroyDomain(domain: u32): void {
  const set = addressOfSet(domain);
  dropTables(set);
  countMappings(set, -load<u32>(set, SET_ENTRIES), 0);
  clearWindows(load<u32>(set, SET_WINDOWS));
  freeSet(load<u32>(set, SET_WINDOWS));
  freeSet(domain);
}

/** INSERT_*; overlap is told before lack of room. */
export function insert(
  domain: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
  physHigh: u32,
  physLow: u32,
  rights: u32,
): u32 {
  const set = addressOfSet(domain);
  const start = join(startHigh, startLow);
  const last = join(endHigh, endLow);
  const gpa = join(physHigh, physLow);
  if (touches(set, start, last)) return INSERT_OVERLAP;
  if (load<u32>(HEADER_MAPPINGS) >= load<u32>(HEADER_MAX_MAPPINGS)) return INSERT_FULL;
  if (!fitsPages(start, last, gpa) || !insertPages(set, start, last, gpa, rights)) {
    if (!hasRoom(set)) return INSERT_FULL;
    insertEntry(set, start, last, gpa, rights);
  }
  countMappings(set, 1, last - start + 1);
  return INSERT_DONE;
}

/** Number of mappings removed, or REMOVE_WOULD_SPLIT when an end of the range lies inside one. */
export function remove(domain: u32, startHigh: u32, startLow: u32, endHigh: u32, endLow: u32): i32 {
  const set = addressOfSet(domain);
  const start = join(startHigh, startLow);
  const last = join(endHigh, endLow);
  if (cutsPages(set, start, last) || cutsTree(set, start, last)) return REMOVE_WOULD_SPLIT;
  let removed: u32 = 0;
  if (hasTables(set)) {
    removePages(set, start, last);
    countMappings(set, -takenMappings, -((<u64>takenPages) << PAGE_SHIFT));
    removed = takenMappings;
  }
  if (load<u32>(set, SET_ROOT) == 0) return removed;
  seekEnd(set, start);
  while (placeLeaf != 0 && key(placeLeaf, placeIndex) <= last) {
    removeShare(set, key(placeLeaf, placeIndex), last);
    countMappings(set, -takenEntries, -takenBytes);
    removed += takenEntries;
    seekEnd(set, start);
  }
  return removed;
}

/** 1 when a mapping has an address in the range. */
export function overlaps(
  domain: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
): u32 {
  return touches(addressOfSet(domain), join(startHigh, startLow), join(endHigh, endLow)) ? 1 : 0;
}

/** Writes up to LIST_CAPACITY mappings that end at the address or after it; returns how many. */
export function list(domain: u32, fromHigh: u32, fromLow: u32): u32 {
  return listFrom(addressOfSet(domain), join(fromHigh, fromLow));
}

function touches(set: u32, start: u64, last: u64): bool {
  return (
    (hasTables(set) && seekPage(set, start & ~(<u64>PAGE_MASK), last)) ||
    treeTouches(set, start, last)
  );
}

/** Whether one more entry fits into the set's tree, whatever splits. */
function hasRoom(set: u32): bool {
  const kept = load<u32>(HEADER_WINDOW_RESERVE) - load<u32>(HEADER_WINDOW_BLOCKS);
  return blocksLeft() >= load<u32>(set, SET_HEIGHT) + 2 + kept;
}
