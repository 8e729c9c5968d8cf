// The buffers of a whole chain in one call: four at a time, as long as each lies in one page.

import { countAccesses } from './answer';
import {
  BUFFERS_OFFSET,
  ENDPOINTS_OFFSET,
  ENDPOINT_BYPASSED,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  GPA_MASK,
  GPA_SHIFT,
  PAGE_MASK,
  PAGE_SHIFT,
  SEGMENTS_OFFSET,
  SEGMENT_SIZE,
  SET_DIRECTORY,
  SET_SPANS,
  SPAN_HIGH,
} from './layout';
import { entryPlace, leafPlace, tablePlace } from './tables';
import { isBypass, walk } from './walk';

/** Bytes of four buffers, or segments. */
const FOUR: u32 = 4 * SEGMENT_SIZE;

/**
 * Translates `count` of the buffers in linear memory, from number `first` on, like accesses of their own; returns the
 * number of all segments, in order, none of them shared. A TRANSLATE_* code is one buffer's, and then nothing was
 * counted.
 */
export function translateBatch(endpoint: u32, first: u32, count: u32, access: u32): i32 {
  const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  const start: u32 = BUFFERS_OFFSET + first * SEGMENT_SIZE;
  const last: u32 = start + count * SEGMENT_SIZE;
  const done = translateFours(load<u32>(record, ENDPOINT_OPEN_DOMAIN), start, last, access);
  let segments: i32 = (done - start) / SEGMENT_SIZE;
  for (let buffer = done; buffer < last; buffer += SEGMENT_SIZE) {
    segments = walk(record, load<u64>(buffer), load<u32>(buffer, 8), access, segments);
    if (segments < 0) return segments;
  }
  let bytes: u64 = 0;
  for (let buffer = start; buffer < last; buffer += SEGMENT_SIZE) bytes += load<u32>(buffer, 8);
  countAccesses(record, isBypass(record) ? ENDPOINT_BYPASSED : ENDPOINT_TRANSLATED, count, bytes);
  return segments;
}

/**
 * Leaves one segment for each buffer from `start` on until four of them do not all lie in pages of the domain's first
 * span that give the rights, or fewer are left; the first buffer that was not done.
 */
function translateFours(domain: u32, start: u32, last: u32, access: u32): u32 {
  const directory = domain + SET_DIRECTORY;
  const high = i32x4.splat(load<u32>(domain, SET_SPANS + SPAN_HIGH));
  const rights = i32x4.splat(access);
  let segment: u32 = SEGMENTS_OFFSET;
  let buffer = start;
  for (; buffer + FOUR <= last; buffer += FOUR) {
    let entries = v128.load_zero<u32>(entryFor(directory, load<u32>(buffer)));
    entries = v128.load_lane<u32>(entryFor(directory, load<u32>(buffer, 16)), entries, 1);
    entries = v128.load_lane<u32>(entryFor(directory, load<u32>(buffer, 32)), entries, 2);
    entries = v128.load_lane<u32>(entryFor(directory, load<u32>(buffer, 48)), entries, 3);
    const one = v128.load(buffer);
    const two = v128.load(buffer, 16);
    const three = v128.load(buffer, 32);
    const four = v128.load(buffer, 48);
    const addresses = v128.shuffle<i32>(one, two, 0, 4, 1, 5);
    const addresses2 = v128.shuffle<i32>(three, four, 0, 4, 1, 5);
    const lows = v128.shuffle<i64>(addresses, addresses2, 0, 2);
    const highs = v128.shuffle<i64>(addresses, addresses2, 1, 3);
    const lengths = v128.shuffle<i64>(
      v128.shuffle<i32>(one, two, 2, 6, 3, 7),
      v128.shuffle<i32>(three, four, 2, 6, 3, 7),
      0,
      2,
    );
    const offsets = v128.and(lows, i32x4.splat(PAGE_MASK));
    // As `translate` does with one
    const beyond = i32x4.shr_u(i32x4.sub(i32x4.add(offsets, lengths), i32x4.splat(1)), PAGE_SHIFT);
    const unusual = v128.or(v128.or(v128.xor(highs, high), v128.andnot(rights, entries)), beyond);
    if (v128.any_true(unusual)) break;
    const gpaLows = v128.or(
      i32x4.shl(v128.and(entries, i32x4.splat(GPA_MASK)), GPA_SHIFT),
      offsets,
    );
    const gpaHighs = i32x4.shr_u(entries, 32 - GPA_SHIFT);
    const gpas = v128.shuffle<i32>(gpaLows, gpaHighs, 0, 4, 1, 5);
    const gpas2 = v128.shuffle<i32>(gpaLows, gpaHighs, 2, 6, 3, 7);
    const sizes = v128.shuffle<i32>(lengths, lengths, 0, 4, 1, 5);
    const sizes2 = v128.shuffle<i32>(lengths, lengths, 2, 6, 3, 7);
    v128.store(segment, v128.shuffle<i64>(gpas, sizes, 0, 2));
    v128.store(segment, v128.shuffle<i64>(gpas, sizes, 1, 3), 16);
    v128.store(segment, v128.shuffle<i64>(gpas2, sizes2, 0, 2), 32);
    v128.store(segment, v128.shuffle<i64>(gpas2, sizes2, 1, 3), 48);
    segment += FOUR;
  }
  return buffer;
}

/** Where the entry for an address stands. */
function entryFor(directory: u32, low: u32): u32 {
  return entryPlace(load<u32>(leafPlace(load<u32>(tablePlace(directory, low)), low)), low);
}
