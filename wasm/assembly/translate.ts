// The DMA path: one call for each access, or for the buffers of a whole chain.

import { begin, countAccesses } from './answer';
import {
  ENDPOINTS_OFFSET,
  ENDPOINT_BLOCKED,
  ENDPOINT_BYPASSED,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  PAGE_MASK,
  PAGE_SIZE,
  SEGMENTS_OFFSET,
  SET_DIRECTORY,
  SET_SPANS,
  SPAN_HIGH,
  TRANSLATE_STOPPED,
} from './layout';
import { pageEntry, pageGpa } from './tables';
import { isBypass, walk, walkOn } from './walk';
import { join } from './words';

/**
 * Number of segments for `length` (1 to 2^31) bytes from the IOVA on, or TRANSLATE_*. The endpoint's counters tell of
 * an access that ended in segments or was refused. `access` are the rights that every byte must have.
 */
export function translate(endpoint: u32, high: u32, low: u32, length: u32, access: u32): i32 {
  const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  const domain = load<u32>(record, ENDPOINT_OPEN_DOMAIN);
  const entry = pageEntry(domain + SET_DIRECTORY, low);
  // A page's entry decides an access that it gives all rights to, if it is of that page and ends there
  if (
    (entry & access) != access ||
    high != load<u32>(domain, SET_SPANS + SPAN_HIGH) ||
    (low & PAGE_MASK) + length > <u32>PAGE_SIZE
  ) {
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
