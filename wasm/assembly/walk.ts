// The whole of translation (virtio 1.2, 5.13.6): bypass, doorbells, reserved regions, and mappings piece by piece.

import { append, begin, refuse, segments, stopAt } from './answer';
import {
  ENDPOINT_DOMAIN,
  ENDPOINT_MODE,
  HEADER_BYPASS,
  MAPPING_FLAGS,
  MAPPING_MMIO,
  MAPPING_WRITE,
  MODE_BYPASS,
  MODE_DOMAIN,
  MODE_UNATTACHED,
  PAGE_LAST,
  PAGE_MASK,
  PAGE_SIZE,
  REASON_DOMAIN,
  REASON_MAPPING,
  TRANSLATE_DOORBELL,
  TRANSLATE_OUT_OF_ROOM,
} from './layout';
import { end, flags, key, phys } from './nodes';
import { placeIndex, placeLeaf, seekFloor } from './search';
import { entryAt, pageGpa } from './tables';
import { enterWindow, isInDoorbell, isOutside, windowEnd, windowFlags } from './windows';

// The piece that `locate` found: its last byte, its first one's guest-physical address, the rights there
let pieceEnd: u64 = 0;
let pieceGpa: u64 = 0;
let pieceFlags: u32 = 0;

/** Whether the endpoint is in bypass mode. */
export function isBypass(record: u32): bool {
  const mode = load<u32>(record, ENDPOINT_MODE);
  return mode == MODE_BYPASS || (mode == MODE_UNATTACHED && load<u32>(HEADER_BYPASS) != 0);
}

/** Translates `length` >= 1 bytes; segments are added behind `first`. The number of all segments, or TRANSLATE_*. */
export function walk(record: u32, start: u64, length: u32, access: u32, first: u32): i32 {
  const last = start + length - 1;
  if ((access & MAPPING_WRITE) != 0 && isInDoorbell(record, start, last)) return TRANSLATE_DOORBELL;
  begin(first);
  if (load<u32>(record, ENDPOINT_MODE) == MODE_DOMAIN) return walkOn(record, start, length, access);
  return isBypass(record) ? passBy(record, start, length) : refuse(start, REASON_DOMAIN);
}

/** `walk` of an attached endpoint for what may be the rest of an access: never an interrupt message by itself. */
export function walkOn(record: u32, start: u64, length: u32, access: u32): i32 {
  let cursor = start;
  let left = <u64>length;
  while (locate(record, cursor, access)) {
    const room = pieceEnd - cursor;
    const taken = room >= left ? left : room + 1;
    if (!append(pieceGpa, <u32>taken, pieceFlags)) {
      stopAt(cursor);
      return TRANSLATE_OUT_OF_ROOM;
    }
    left -= taken;
    if (left == 0) return segments;
    cursor += taken;
    // There is nothing behind the last byte of the 64-bit space
    if (cursor == 0) break;
  }
  return refuse(cursor, REASON_MAPPING);
}

/** An access in bypass mode: one segment, the IOVA being the guest-physical address, unless it touches a window. */
function passBy(record: u32, start: u64, length: u32): i32 {
  const last = start + length - 1;
  if (!isOutside(record, start)) return refuse(start, REASON_MAPPING);
  if (windowEnd < last || (last < start && windowEnd < u64.MAX_VALUE)) {
    return refuse(windowEnd + 1, REASON_MAPPING);
  }
  if (last < start) return refuse(0, REASON_MAPPING);
  if (append(start, length, 0)) return segments;
  stopAt(start);
  return TRANSLATE_OUT_OF_ROOM;
}

/** Finds the piece that starts at an address; false when it may not be accessed. */
function locate(record: u32, address: u64, access: u32): bool {
  if (!isOutside(record, address)) {
    enterWindow(record, address, access);
    pieceEnd = windowEnd;
    pieceGpa = address;
    pieceFlags = windowFlags;
  } else if (!locateMapping(load<u32>(record, ENDPOINT_DOMAIN), address)) {
    return false;
  }
  return (pieceFlags & access) == access;
}

/** The last byte of a mapping that has this page: memory-mapped I/O is one piece, which none may be joined to. */
function endOfRun(domain: u32, entry: u32, pageEnd: u64): u64 {
  let last = pageEnd;
  let page = entry;
  while ((page & PAGE_LAST) == 0) {
    page = entryAt(domain, last + 1);
    last += PAGE_SIZE;
  }
  return last;
}

/** Finds the mapping at an address outside windows, and how far it is the one to ask. */
function locateMapping(domain: u32, address: u64): bool {
  const entry = entryAt(domain, address);
  if (entry != 0) {
    pieceEnd = address | PAGE_MASK;
    pieceGpa = pageGpa(entry) | (address & PAGE_MASK);
    pieceFlags = <u32>entry & MAPPING_FLAGS;
    if ((pieceFlags & MAPPING_MMIO) != 0) pieceEnd = endOfRun(domain, entry, pieceEnd);
  } else {
    seekFloor(domain, address);
    if (placeLeaf == 0 || end(placeLeaf, placeIndex) < address) return false;
    pieceEnd = end(placeLeaf, placeIndex);
    pieceGpa = phys(placeLeaf, placeIndex) + (address - key(placeLeaf, placeIndex));
    pieceFlags = flags(placeLeaf, placeIndex);
  }
  // A reserved region of another endpoint may lie over mappings that were there before
  if (pieceEnd > windowEnd) pieceEnd = windowEnd;
  return true;
}
