// The mapping store's exports: u32 only, 64-bit values as high and low halves. Domains are slots; the host keeps the
// way from domain IDs to slots. Ranges are inclusive.

import {
  DOMAINS_OFFSET,
  DOMAIN_BYTES,
  DOMAIN_HEIGHT,
  DOMAIN_MAPPINGS,
  DOMAIN_NEXT_FREE,
  DOMAIN_ROOT,
  DOMAIN_SIZE,
  HEADER_FREE_SLOT,
  HEADER_FRESH_NODE,
  HEADER_FRESH_SLOT,
  HEADER_MAPPINGS,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SLOTS,
  INSERT_DONE,
  INSERT_FULL,
  INSERT_OVERLAP,
  LIST_CAPACITY,
  LIST_ENTRY_WORDS,
  LIST_OFFSET,
  NO_SLOT,
  REMOVE_WOULD_SPLIT,
} from './layout';
import { insertEntry } from './insert';
import { end, flags, key, phys } from './nodes';
import { freeTree, removeEntry } from './remove';
import { next, placeIndex, placeLeaf, seekEnd, seekFloor } from './search';

export { translate } from './translate';

/** Empties the store, in memory that is all zero. `firstNode` is where nodes start. */
export function initialize(maxDomains: u32, maxMappings: u32, firstNode: u32): void {
  store<u32>(HEADER_MAX_SLOTS, maxDomains);
  store<u32>(HEADER_MAX_MAPPINGS, maxMappings);
  store<u32>(HEADER_FRESH_NODE, firstNode);
  store<u32>(HEADER_FREE_SLOT, NO_SLOT);
}

/** A slot for an empty domain, or NO_SLOT. */
export function createDomain(): i32 {
  let slot = load<i32>(HEADER_FREE_SLOT);
  if (slot != NO_SLOT) {
    store<i32>(HEADER_FREE_SLOT, load<i32>(domainAt(slot), DOMAIN_NEXT_FREE));
  } else {
    slot = load<i32>(HEADER_FRESH_SLOT);
    if (slot == load<i32>(HEADER_MAX_SLOTS)) return NO_SLOT;
    store<i32>(HEADER_FRESH_SLOT, slot + 1);
  }
  memory.fill(domainAt(slot), 0, DOMAIN_SIZE);
  return slot;
}

export function destroyDomain(slot: u32): void {
  const domain = domainAt(slot);
  const root = load<u32>(domain, DOMAIN_ROOT);
  if (root != 0) freeTree(root, load<u32>(domain, DOMAIN_HEIGHT));
  countMappings(domain, 0 - load<u32>(domain, DOMAIN_MAPPINGS));
  store<u32>(domain, load<u32>(HEADER_FREE_SLOT), DOMAIN_NEXT_FREE);
  store<u32>(HEADER_FREE_SLOT, slot);
}

/** INSERT_*; overlap is told before lack of room. */
export function insert(
  slot: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
  physHigh: u32,
  physLow: u32,
  rights: u32,
): u32 {
  const domain = domainAt(slot);
  const start = join(startHigh, startLow);
  const last = join(endHigh, endLow);
  if (touches(domain, start, last)) return INSERT_OVERLAP;
  if (load<u32>(HEADER_MAPPINGS) >= load<u32>(HEADER_MAX_MAPPINGS)) return INSERT_FULL;
  insertEntry(domain, start, last, join(physHigh, physLow), rights);
  countMappings(domain, 1);
  addBytes(domain, last - start + 1);
  return INSERT_DONE;
}

/** Number of mappings removed, or REMOVE_WOULD_SPLIT when an end of the range lies inside one. */
export function remove(slot: u32, startHigh: u32, startLow: u32, endHigh: u32, endLow: u32): i32 {
  const domain = domainAt(slot);
  const start = join(startHigh, startLow);
  const last = join(endHigh, endLow);
  seekFloor(domain, last);
  if (placeLeaf != 0 && end(placeLeaf, placeIndex) > last) return REMOVE_WOULD_SPLIT;
  seekEnd(domain, start);
  if (placeLeaf != 0 && key(placeLeaf, placeIndex) < start) return REMOVE_WOULD_SPLIT;
  let removed = 0;
  while (placeLeaf != 0 && key(placeLeaf, placeIndex) <= last) {
    const first = key(placeLeaf, placeIndex);
    addBytes(domain, first - end(placeLeaf, placeIndex) - 1);
    removeEntry(domain, first);
    countMappings(domain, 0 - 1);
    removed++;
    seekEnd(domain, start);
  }
  return removed;
}

/** 1 when a mapping has an address in the range. */
export function overlaps(slot: u32, startHigh: u32, startLow: u32, endHigh: u32, endLow: u32): u32 {
  return touches(domainAt(slot), join(startHigh, startLow), join(endHigh, endLow)) ? 1 : 0;
}

/** Writes up to LIST_CAPACITY mappings that end at the address or after it; returns how many. */
export function list(slot: u32, fromHigh: u32, fromLow: u32): u32 {
  seekEnd(domainAt(slot), join(fromHigh, fromLow));
  let listed: u32 = 0;
  let entry: u32 = LIST_OFFSET;
  while (placeLeaf != 0 && listed < <u32>LIST_CAPACITY) {
    store<u64>(entry, key(placeLeaf, placeIndex));
    store<u64>(entry, end(placeLeaf, placeIndex), 8);
    store<u64>(entry, phys(placeLeaf, placeIndex), 16);
    store<u32>(entry, flags(placeLeaf, placeIndex), 24);
    entry += LIST_ENTRY_WORDS * 4;
    listed++;
    next();
  }
  return listed;
}

function domainAt(slot: u32): u32 {
  return DOMAINS_OFFSET + slot * DOMAIN_SIZE;
}

function join(high: u32, low: u32): u64 {
  return ((<u64>high) << 32) | (<u64>low);
}

function touches(domain: u32, start: u64, last: u64): bool {
  seekFloor(domain, last);
  return placeLeaf != 0 && end(placeLeaf, placeIndex) >= start;
}

function countMappings(domain: u32, change: u32): void {
  store<u32>(domain, load<u32>(domain, DOMAIN_MAPPINGS) + change, DOMAIN_MAPPINGS);
  store<u32>(HEADER_MAPPINGS, load<u32>(HEADER_MAPPINGS) + change);
}

/** Modulo 2^64: 0 bytes in one mapping or more are 2^64. */
function addBytes(domain: u32, change: u64): void {
  store<u64>(domain, load<u64>(domain, DOMAIN_BYTES) + change, DOMAIN_BYTES);
}
