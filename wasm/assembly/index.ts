// The engine's exports: u32 only, 64-bit values as high and low halves. Domains and windows are sets, named by index
// like endpoints; the host keeps the way from IDs to indices. Ranges are inclusive.

import { countAccesses } from './answer';
import { blocksLeft } from './blocks';
import { insertEntry } from './insert';
import {
  ENDPOINTS_OFFSET,
  ENDPOINT_DOMAIN,
  ENDPOINT_DOORBELL_END,
  ENDPOINT_DOORBELL_START,
  ENDPOINT_INNER,
  ENDPOINT_MODE,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_OUTER,
  ENDPOINT_SIZE,
  ENGINE_FORMAT,
  HEADER_BLOCKS_END,
  HEADER_COUNTS,
  HEADER_ENDPOINTS,
  HEADER_FIRST_BLOCK,
  HEADER_FORMAT,
  HEADER_FREE_SET,
  HEADER_FRESH_BLOCK,
  HEADER_MAPPINGS,
  HEADER_MARKS,
  HEADER_MAX_ENDPOINTS,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_SETS,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_BLOCKS,
  HEADER_WINDOW_RESERVE,
  INSERT_DONE,
  INSERT_FULL,
  INSERT_OVERLAP,
  KIND_DOMAIN,
  KIND_WINDOWS,
  MODE_DOMAIN,
  MODE_UNATTACHED,
  NO_SET,
  PAGE_MASK,
  PAGE_SHIFT,
  REMOVE_WOULD_SPLIT,
  SET_DOMAIN,
  SET_ENTRIES,
  SET_GAP_END,
  SET_GAP_START,
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
import { clearTree, countMappings, cutsTree, freeSet, setAt, takeSet, treeTouches } from './sets';
import { hasTables, seekPage } from './tables';

export { audit } from './audit';
export { translateBatch } from './batch';
export { resume, translate } from './translate';

/** Empties the engine, in memory that is all zero. Set 0 is the one without windows. */
export function initialize(
  maxMappings: u32,
  maxSets: u32,
  maxEndpoints: u32,
  sets: u32,
  counts: u32,
  marks: u32,
  firstBlock: u32,
  blocksEnd: u32,
  tableSlack: u32,
  windowReserve: u32,
): void {
  store<u32>(HEADER_FORMAT, ENGINE_FORMAT);
  store<u32>(HEADER_MAX_MAPPINGS, maxMappings);
  store<u32>(HEADER_MAX_SETS, maxSets);
  store<u32>(HEADER_MAX_ENDPOINTS, maxEndpoints);
  store<u32>(HEADER_SETS, sets);
  store<u32>(HEADER_COUNTS, counts);
  store<u32>(HEADER_MARKS, marks);
  store<u32>(HEADER_FIRST_BLOCK, firstBlock);
  store<u32>(HEADER_FRESH_BLOCK, firstBlock);
  store<u32>(HEADER_BLOCKS_END, blocksEnd);
  store<u32>(HEADER_TABLE_SLACK, tableSlack);
  store<u32>(HEADER_WINDOW_RESERVE, windowReserve);
  store<i32>(HEADER_FREE_SET, NO_SET);
  takeSet(KIND_WINDOWS);
}

/** Index of a new, empty set of windows, or NO_SET. */
export function createWindows(): i32 {
  return takeSet(KIND_WINDOWS);
}

/** Index of a new domain without mappings and without windows, or NO_SET. */
export function createDomain(id: u32): i32 {
  const domain = takeSet(KIND_DOMAIN);
  if (domain == NO_SET) return NO_SET;
  const windows = takeSet(KIND_WINDOWS);
  if (windows == NO_SET) {
    freeSet(domain);
    return NO_SET;
  }
  store<u32>(setAt(domain), id, SET_DOMAIN);
  store<u32>(setAt(domain), windows, SET_WINDOWS);
  return domain;
}

/** Drops a domain with its mappings and windows; no endpoint is bound to it. */
export function destroyDomain(domain: u32): void {
  const set = setAt(domain);
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
  const set = setAt(domain);
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
  const set = setAt(domain);
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
  return touches(setAt(domain), join(startHigh, startLow), join(endHigh, endLow)) ? 1 : 0;
}

/** Writes up to LIST_CAPACITY mappings that end at the address or after it; returns how many. */
export function list(domain: u32, fromHigh: u32, fromLow: u32): u32 {
  return listFrom(setAt(domain), join(fromHigh, fromLow));
}

/** Empties a set of windows. */
export function clearWindows(windows: u32): void {
  const left = blocksLeft();
  clearTree(setAt(windows));
  countWindowBlocks(left);
  forgetGap(setAt(windows), 0, u64.MAX_VALUE);
}

/** Adds a window, which overlaps none of its set; INSERT_FULL when the blocks kept for windows are used up. */
export function insertWindow(
  windows: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
  rights: u32,
): u32 {
  const set = setAt(windows);
  const kept = load<u32>(HEADER_WINDOW_RESERVE) - load<u32>(HEADER_WINDOW_BLOCKS);
  if (kept < load<u32>(set, SET_HEIGHT) + 2) return INSERT_FULL;
  const left = blocksLeft();
  insertEntry(set, join(startHigh, startLow), join(endHigh, endLow), 0, rights);
  countWindowBlocks(left);
  forgetGap(set, 1, 0);
  return INSERT_DONE;
}

/** Makes the record of the next endpoint: unattached, without windows and without an MSI region. */
export function createEndpoint(endpoint: u32): void {
  store<u32>(HEADER_ENDPOINTS, endpoint + 1);
  memory.fill(endpointAt(endpoint), 0, ENDPOINT_SIZE);
  bind(endpoint, MODE_UNATTACHED, 0, 0, 0, 0);
  setDoorbell(endpoint, 0, 1, 0, 0);
}

/**
 * Where an endpoint's accesses go: a MODE_*, the domain for MODE_DOMAIN, and its windows. `isOpen`: none of the domain's mappings
 * can lie under a window.
 */
export function bind(
  endpoint: u32,
  mode: u32,
  domain: u32,
  outer: u32,
  inner: u32,
  isOpen: u32,
): void {
  const record = endpointAt(endpoint);
  store<u32>(record, mode == MODE_DOMAIN && isOpen != 0 ? setAt(domain) : 0, ENDPOINT_OPEN_DOMAIN);
  store<u32>(record, mode, ENDPOINT_MODE);
  store<u32>(record, setAt(domain), ENDPOINT_DOMAIN);
  store<u32>(record, setAt(outer), ENDPOINT_OUTER);
  store<u32>(record, setAt(inner), ENDPOINT_INNER);
}

/** An endpoint's MSI region; none when its end is below its start. */
export function setDoorbell(
  endpoint: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
): void {
  const record = endpointAt(endpoint);
  store<u64>(record, join(startHigh, startLow), ENDPOINT_DOORBELL_START);
  store<u64>(record, join(endHigh, endLow), ENDPOINT_DOORBELL_END);
}

/** Counts an access that took more than one call; `counter` is the offset of an endpoint's counter. */
export function account(endpoint: u32, counter: u32, length: u32): void {
  countAccesses(endpointAt(endpoint), counter, 1, length);
}

function endpointAt(endpoint: u32): u32 {
  return ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
}

function join(high: u32, low: u32): u64 {
  return ((<u64>high) << 32) | (<u64>low);
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

function countWindowBlocks(leftBefore: u32): void {
  const change = leftBefore - blocksLeft();
  store<u32>(HEADER_WINDOW_BLOCKS, load<u32>(HEADER_WINDOW_BLOCKS) + change);
}

function forgetGap(set: u32, start: u64, last: u64): void {
  store<u64>(set, start, SET_GAP_START);
  store<u64>(set, last, SET_GAP_END);
}
