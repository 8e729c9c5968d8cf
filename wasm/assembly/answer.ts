// The answer of a translation as it grows: its segments, or where and why it stopped; and the endpoint's counters.

import {
  COUNTER_BYTES,
  HEADER_REASON,
  HEADER_STOP_HIGH,
  HEADER_STOP_LOW,
  MAPPING_MMIO,
  MAX_SEGMENTS,
  SEGMENTS_OFFSET,
  SEGMENT_SIZE,
  TRANSLATE_STOPPED,
} from './layout';

/** Number of segments so far. */
export let segments: u32 = 0;
// What may be joined to the latest segment: the byte behind it, 0 for none; whether it is memory-mapped I/O
let following: u64 = 0;
let isMmio: u32 = 0;

/** Starts an answer behind `count` segments that stand already. */
export function begin(count: u32): void {
  segments = count;
  following = 0;
  isMmio = 0;
}

/** Adds a piece, to the latest segment where it goes on there; false when there is no room. */
export function append(gpa: u64, length: u32, flags: u32): bool {
  const segment = SEGMENTS_OFFSET + segments * SEGMENT_SIZE;
  // Accesses to memory-mapped I/O are combined with no others (virtio 1.2, 5.13.6.5). `following` is 0 behind the last
  // byte of the guest-physical space too, where nothing follows
  if (gpa == following && following != 0 && ((isMmio | flags) & MAPPING_MMIO) == 0) {
    store<u32>(segment - SEGMENT_SIZE, load<u32>(segment - SEGMENT_SIZE, 8) + length, 8);
  } else {
    if (segments == MAX_SEGMENTS) return false;
    store<u64>(segment, gpa);
    store<u32>(segment, length, 8);
    segments++;
  }
  isMmio = flags;
  following = gpa + length;
  return true;
}

/** Notes where an answer ends early. */
export function stopAt(address: u64): void {
  store<u32>(HEADER_STOP_LOW, <u32>address);
  store<u32>(HEADER_STOP_HIGH, <u32>(address >> 32));
}

/** The answer of an access that may not be made. */
export function refuse(address: u64, reason: u32): i32 {
  stopAt(address);
  store<u32>(HEADER_REASON, reason);
  return TRANSLATE_STOPPED;
}

/** Counts accesses of an endpoint; `counter` is ENDPOINT_TRANSLATED, ENDPOINT_BYPASSED or ENDPOINT_BLOCKED. */
export function countAccesses(record: u32, counter: u32, accesses: u32, bytes: u64): void {
  const at = record + counter;
  store<u64>(at, load<u64>(at) + accesses);
  store<u64>(at, load<u64>(at, COUNTER_BYTES) + bytes, COUNTER_BYTES);
}
