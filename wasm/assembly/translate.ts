// The DMA path: one buffer in, its guest-physical segments out.

import {
  DOMAINS_OFFSET,
  DOMAIN_SIZE,
  HEADER_STOP_HIGH,
  HEADER_STOP_LOW,
  MAPPING_MMIO,
  MAX_SEGMENTS,
  SEGMENTS_OFFSET,
  SEGMENT_WORDS,
  TRANSLATE_OUT_OF_ROOM,
  TRANSLATE_STOPPED,
} from './layout';
import { end, flags, key, phys } from './nodes';
import { next, placeIndex, placeLeaf, seekFloor } from './search';

/**
 * Number of segments for `length` >= 1 bytes, or TRANSLATE_* with the byte it stopped at in the header. `access` are
 * the rights that every mapping on the way must have.
 */
export function translate(slot: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  let cursor = ((<u64>high) << 32) | (<u64>low);
  let left = <u64>length;
  let segments: i32 = 0;
  let segment: u32 = SEGMENTS_OFFSET - SEGMENT_WORDS * 4;
  let following: u64 = 0;
  let isMmio: u32 = 0;
  seekFloor(DOMAINS_OFFSET + slot * DOMAIN_SIZE, cursor);
  while (placeLeaf != 0) {
    const start = key(placeLeaf, placeIndex);
    const last = end(placeLeaf, placeIndex);
    if (cursor < start || cursor > last) break;
    const rights = flags(placeLeaf, placeIndex);
    if ((rights & access) != access) break;
    // Accesses to memory-mapped I/O are combined with no others (virtio 1.2, 5.13.6.5)
    isMmio |= rights & MAPPING_MMIO;
    const room = last - cursor;
    const taken = room >= left ? left : room + 1;
    const gpa = phys(placeLeaf, placeIndex) + (cursor - start);
    // `following` is 0 behind the last byte of the guest-physical space too, where nothing follows
    if (gpa == following && following != 0 && isMmio == 0) {
      store<u32>(segment, load<u32>(segment, 8) + <u32>taken, 8);
    } else {
      if (segments == MAX_SEGMENTS) return stop(cursor, TRANSLATE_OUT_OF_ROOM);
      segments++;
      segment += SEGMENT_WORDS * 4;
      store<u64>(segment, gpa);
      store<u32>(segment, <u32>taken, 8);
    }
    isMmio = rights & MAPPING_MMIO;
    following = gpa + taken;
    left -= taken;
    if (left == 0) return segments;
    cursor += taken;
    if (cursor == 0) break;
    next();
  }
  return stop(cursor, TRANSLATE_STOPPED);
}

function stop(cursor: u64, code: i32): i32 {
  store<u32>(HEADER_STOP_LOW, <u32>cursor);
  store<u32>(HEADER_STOP_HIGH, <u32>(cursor >> 32));
  return code;
}
