// The DMA path: one call for each access, or for the buffers of a whole chain.

import { begin, countAccesses } from './answer';
import {
  BUFFERS_OFFSET,
  ENDPOINTS_OFFSET,
  ENDPOINT_BLOCKED,
  ENDPOINT_BYPASSED,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  PAGE_MASK,
  PAGE_SHIFT,
  SEGMENTS_OFFSET,
  SEGMENT_SIZE,
  SET_DIRECTORY,
  SET_SPANS,
  SPAN_HIGH,
  TRANSLATE_STOPPED,
} from './layout';
import { pageEntry, pageGpa } from './tables';
import { isBypass, walk, walkOn } from './walk';

/**
 * Number of segments for `length` (1 to 2^31) bytes from the IOVA on, or TRANSLATE_*. The endpoint's counters tell of an access that ended
 * in segments or was refused. `access` are the rights that every byte must have.
 */
export function translate(endpoint: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  const domain = load<u32>(record, ENDPOINT_OPEN_DOMAIN);
  const entry = pageEntry(domain + SET_DIRECTORY, low);
  const difference = high ^ load<u32>(domain, SET_SPANS + SPAN_HIGH);
  if (isElsewhere(entry, access, difference, low, length)) {
    return translateSlowly(record, join(high, low), length, access);
  }
  store<u64>(SEGMENTS_OFFSET, pageGpa(entry) | (low & PAGE_MASK));
  store<u32>(SEGMENTS_OFFSET, length, 8);
  countAccesses(record, ENDPOINT_TRANSLATED, 1, length);
  return 1;
}

function translateSlowly(record: u32, start: u64, length: u32, access: u32): i32 {
  const count = walk(record, start, length, access, 0);
  if (count > 0) {
    countAccesses(record, isBypass(record) ? ENDPOINT_BYPASSED : ENDPOINT_TRANSLATED, 1, length);
  } else if (count == TRANSLATE_STOPPED) {
    countAccesses(record, ENDPOINT_BLOCKED, 1, length);
  }
  return count;
}

/** The rest of an access of which segments were out of room: never an interrupt message by itself; counts nothing. */
export function resume(endpoint: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  begin(0);
  return walkOn(ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE, join(high, low), length, access);
}

/**
 * Translates `count` of the buffers in linear memory, from number `first` on, like accesses of their own; returns the number of all
 * segments, in order, none of them shared. A TRANSLATE_* code is one buffer's, and then nothing was counted.
 */
export function translateBatch(endpoint: u32, first: u32, count: u32, access: u32): i32 {
  const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  const domain = load<u32>(record, ENDPOINT_OPEN_DOMAIN);
  const high = load<u32>(domain, SET_SPANS + SPAN_HIGH);
  const start: u32 = BUFFERS_OFFSET + first * SEGMENT_SIZE;
  const last: u32 = start + count * SEGMENT_SIZE;
  const toSegment: u32 = SEGMENTS_OFFSET - start;
  let buffer = start;
  let bytes: u64 = 0;
  // As long as every buffer lies in one page there is one segment for each
  for (; buffer < last; buffer += SEGMENT_SIZE) {
    const low = load<u32>(buffer);
    const length = load<u32>(buffer, 8);
    const entry = pageEntry(domain + SET_DIRECTORY, low);
    if (isElsewhere(entry, access, high ^ load<u32>(buffer, 4), low, length)) break;
    store<u64>(buffer + toSegment, pageGpa(entry) | (low & PAGE_MASK));
    store<u32>(buffer + toSegment, length, 8);
    bytes += length;
  }
  let segments = count;
  if (buffer < last) {
    const outcome = walkBatch(record, buffer, last, access, (buffer - start) / SEGMENT_SIZE);
    if (outcome < 0) return outcome;
    for (; buffer < last; buffer += SEGMENT_SIZE) bytes += load<u32>(buffer, 8);
    segments = outcome;
  }
  countAccesses(record, isBypass(record) ? ENDPOINT_BYPASSED : ENDPOINT_TRANSLATED, count, bytes);
  return segments;
}

/** Translates the buffers at `first` and before `last`, behind the segments of others before. */
function walkBatch(record: u32, first: u32, last: u32, access: u32, before: u32): i32 {
  let segments: i32 = before;
  for (let buffer = first; buffer < last; buffer += SEGMENT_SIZE) {
    const address = join(load<u32>(buffer, 4), load<u32>(buffer));
    segments = walk(record, address, load<u32>(buffer, 8), access, segments);
    if (segments < 0) break;
  }
  return segments;
}

/**
 * Not 0 when a page's entry does not decide an access in whole: it is of another page (`difference` of the upper halves), gives
 * not all rights or is none, or the access goes on behind the page. `walk` decides then.
 */
function isElsewhere(entry: u32, access: u32, difference: u32, low: u32, length: u32): u32 {
  return difference | (~entry & access) | (((low & PAGE_MASK) + length - 1) >>> PAGE_SHIFT);
}

function join(high: u32, low: u32): u64 {
  return ((<u64>high) << 32) | (<u64>low);
}
