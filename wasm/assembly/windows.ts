// Windows of reserved regions: stretches of IOVAs that the mappings of a domain do not decide about.

import {
  ENDPOINT_DOORBELL_END,
  ENDPOINT_DOORBELL_START,
  ENDPOINT_INNER,
  ENDPOINT_OUTER,
  MAPPING_WRITE,
  SET_GAP_END,
  SET_GAP_START,
} from './layout';
import { end, flags, key } from './nodes';
import { placeIndex, placeLeaf, seekEnd, seekFloor } from './search';

/** What the latest `findWindow` found: the last byte it tells of, and the rights there. */
export let windowEnd: u64 = 0;
export let windowFlags: u32 = 0;

/** Whether an address lies between windows; `windowEnd` is the last byte before the next one then. */
export function isOutside(record: u32, address: u64): bool {
  const outer = load<u32>(record, ENDPOINT_OUTER);
  if (address >= load<u64>(outer, SET_GAP_START) && address <= load<u64>(outer, SET_GAP_END)) {
    windowEnd = load<u64>(outer, SET_GAP_END);
    return true;
  }
  return settleGap(outer, address);
}

/** Looks at the window around an address that is not outside: its end and its rights. */
export function enterWindow(record: u32, address: u64, access: u32): void {
  const outer = load<u32>(record, ENDPOINT_OUTER);
  const inner = load<u32>(record, ENDPOINT_INNER);
  seekEnd(outer, address);
  windowEnd = end(placeLeaf, placeIndex);
  windowFlags = flags(placeLeaf, placeIndex);
  if (inner != outer) {
    windowFlags = 0;
    seekEnd(inner, address);
    if (placeLeaf != 0 && key(placeLeaf, placeIndex) <= address) {
      if (end(placeLeaf, placeIndex) < windowEnd) windowEnd = end(placeLeaf, placeIndex);
      windowFlags = flags(placeLeaf, placeIndex);
    }
  }
  if ((access & MAPPING_WRITE) != 0) keepOutOfDoorbell(record, address);
}

/** Whether an access lies in the endpoint's MSI region in whole. */
export function isInDoorbell(record: u32, start: u64, last: u64): bool {
  return (
    start >= load<u64>(record, ENDPOINT_DOORBELL_START) &&
    last <= load<u64>(record, ENDPOINT_DOORBELL_END) &&
    start <= last
  );
}

/** A write that is only partly an interrupt message is none, whatever others may do there. */
function keepOutOfDoorbell(record: u32, address: u64): void {
  const start = load<u64>(record, ENDPOINT_DOORBELL_START);
  if (address > load<u64>(record, ENDPOINT_DOORBELL_END) || windowEnd < start) return;
  if (address >= start) windowFlags = 0;
  else windowEnd = start - 1;
}

/** Remembers the stretch between windows that has the address; false when it lies in a window. */
function settleGap(windows: u32, address: u64): bool {
  let start: u64 = 0;
  let last = u64.MAX_VALUE;
  seekFloor(windows, address);
  if (placeLeaf != 0) {
    if (end(placeLeaf, placeIndex) >= address) return false;
    start = end(placeLeaf, placeIndex) + 1;
  }
  seekEnd(windows, address);
  if (placeLeaf != 0) last = key(placeLeaf, placeIndex) - 1;
  store<u64>(windows, start, SET_GAP_START);
  store<u64>(windows, last, SET_GAP_END);
  windowEnd = last;
  return true;
}
