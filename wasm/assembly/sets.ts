// Sets of ranges: a domain's mappings, or the windows of reserved regions. A set is named by its record's address.

import {
  HEADER_FREE_SET,
  HEADER_FRESH_SET,
  HEADER_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_SETS,
  KIND_FREE,
  NO_SET,
  SET_BYTES,
  SET_ENTRIES,
  SET_GAP_END,
  SET_HEIGHT,
  SET_KIND,
  SET_NEXT_FREE,
  SET_ROOT,
  SET_SIZE,
} from './layout';
import { end, key } from './nodes';
import { freeTree } from './remove';
import { placeIndex, placeLeaf, seekEnd, seekFloor } from './search';

export function addressOfSet(index: u32): u32 {
  return load<u32>(HEADER_SETS) + index * SET_SIZE;
}

/** Index of a new, empty set of this KIND_*, or NO_SET. */
export function takeSet(kind: u32): i32 {
  let index = load<i32>(HEADER_FREE_SET);
  if (index != NO_SET) {
    store<i32>(HEADER_FREE_SET, load<i32>(addressOfSet(index), SET_NEXT_FREE));
  } else {
    index = load<i32>(HEADER_FRESH_SET);
    if (index == load<i32>(HEADER_MAX_SETS)) return NO_SET;
    store<i32>(HEADER_FRESH_SET, index + 1);
  }
  memory.fill(addressOfSet(index), 0, SET_SIZE);
  store<u32>(addressOfSet(index), kind, SET_KIND);
  store<u64>(addressOfSet(index), u64.MAX_VALUE, SET_GAP_END);
  return index;
}

/** Gives back a set whose page tables are gone. */
export function freeSet(index: u32): void {
  const set = addressOfSet(index);
  clearTree(set);
  store<u32>(set, KIND_FREE, SET_KIND);
  store<i32>(set, load<i32>(HEADER_FREE_SET), SET_NEXT_FREE);
  store<u32>(HEADER_FREE_SET, index);
}

export function clearTree(set: u32): void {
  const root = load<u32>(set, SET_ROOT);
  if (root != 0) freeTree(root, load<u32>(set, SET_HEIGHT));
  store<u32>(set, 0, SET_ROOT);
  store<u32>(set, 0, SET_HEIGHT);
}

/** Whether an entry of the set's tree has an address in the range. */
export function treeTouches(set: u32, start: u64, last: u64): bool {
  if (load<u32>(set, SET_ROOT) == 0) return false;
  seekFloor(set, last);
  return placeLeaf != 0 && end(placeLeaf, placeIndex) >= start;
}

/** Whether an end of the range lies inside an entry of the set's tree that reaches out of the range. */
export function cutsTree(set: u32, start: u64, last: u64): bool {
  if (load<u32>(set, SET_ROOT) == 0) return false;
  seekFloor(set, last);
  if (placeLeaf != 0 && end(placeLeaf, placeIndex) > last) return true;
  seekEnd(set, start);
  return placeLeaf != 0 && key(placeLeaf, placeIndex) < start;
}

/** Counts mappings of a domain, and of all; `bytes` modulo 2^64: mappings without bytes cover the whole space. */
export function countMappings(domain: u32, change: u32, bytes: u64): void {
  store<u32>(domain, load<u32>(domain, SET_ENTRIES) + change, SET_ENTRIES);
  store<u64>(domain, load<u64>(domain, SET_BYTES) + bytes, SET_BYTES);
  store<u32>(HEADER_MAPPINGS, load<u32>(HEADER_MAPPINGS) + change);
}
