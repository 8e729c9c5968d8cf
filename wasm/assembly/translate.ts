// The DMA path: one call for each access, or for the buffers of a whole chain.

import { begin, countAccesses } from './answer';
import {
  ENDPOINTS_OFFSET,
  ENDPOINT_BLOCKED,
  ENDPOINT_BYPASSED,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  GPA_SHIFT,
  PAGE_MASK,
  PAGE_SIZE,
  SET_DIRECTORY,
  SET_SPANS,
  SPAN_HIGH,
  TRANSLATE_SEGMENTS,
  TRANSLATE_STOPPED,
} from './layout';
import { pageEntry } from './tables';
import { isBypass, walk, walkOn } from './walk';
import { join } from './words';

/**
 * Answer for `length` (1 to 2^31) bytes from the IOVA on. 0 or more: all of them lie in the guest-physical page with this
 * number, at the IOVA's offset, and nothing is left in memory. Else TRANSLATE_SEGMENTS less the number of segments, or
 * another TRANSLATE_*. The endpoint's counters tell of an access that ended in memory or was refused. `access` are the
 * rights that every byte must have.
 */
export function translate(endpoint: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  // A page's entry decides an access that ends in its page, if that is of the first span, and gives it all rights.
  // Nested, and in this order, a call takes some 7 % less time than with one test of them all
  if ((low & PAGE_MASK) + length <= <u32>PAGE_SIZE) {
    const domain = load<u32>(record, ENDPOINT_OPEN_DOMAIN);
    if (high == load<u32>(domain, SET_SPANS + SPAN_HIGH)) {
      const entry = pageEntry(domain + SET_DIRECTORY, low);
      if ((entry & access) == access) {
        countAccesses(record, ENDPOINT_TRANSLATED, 1, length);
        return entry >>> GPA_SHIFT;
      }
    }
  }
  return translateSlowly(record, join(high, low), length, access);
}

function translateSlowly(record: u32, start: u64, length: u32, access: u32): i32 {
  const count = walk(record, start, length, access, 0);
  if (count > 0) {
    countAccesses(record, isBypass(record) ? ENDPOINT_BYPASSED : ENDPOINT_TRANSLATED, 1, length);
    return TRANSLATE_SEGMENTS - count;
  }
  if (count == TRANSLATE_STOPPED) countAccesses(record, ENDPOINT_BLOCKED, 1, length);
  return count;
}

/** The rest of an access of which segments were out of room: never an interrupt message by itself; counts nothing. */
export function resume(endpoint: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  begin(0);
  return walkOn(ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE, join(high, low), length, access);
}
