// A second reader of page tables: what wasm/assembly/translate.ts does for the usual access, without a call.

import {
  COUNTER_BYTES,
  DIRECTORY_SHIFT,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  ENDPOINTS_OFFSET,
  GPA_MASK,
  GPA_SHIFT,
  LEAF_PAGES,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  SET_DIRECTORY,
  SET_SPANS,
  SPAN_HIGH,
  TABLE_LENGTH,
  TABLE_SHIFT,
} from '../../../wasm/assembly/layout.ts';

/**
 * The guest-physical address of an access that lies in one page of page tables, has the right, and ends up below 4 GiB;
 * else -1, and nothing was counted: `translate` decides then.
 */
export type InlineLookup = (
  endpoint: number,
  high: number,
  low: number,
  length: number,
  access: number,
) => number;

/**
 * Makes the lookup for an engine's linear memory as signed words, which V8 keeps in registers as they are. Constants
 * are copied first: an imported name is a load each time it is used, and with them a call would be faster.
 */
export function makeInlineLookup(words: Int32Array): InlineLookup {
  const firstEndpoint = ENDPOINTS_OFFSET >> 2;
  const endpointWords = ENDPOINT_SIZE >> 2;
  const openDomain = ENDPOINT_OPEN_DOMAIN >> 2;
  const accesses = ENDPOINT_TRANSLATED >> 2;
  const bytes = (ENDPOINT_TRANSLATED + COUNTER_BYTES) >> 2;
  const spanHigh = (SET_SPANS + SPAN_HIGH) >> 2;
  const directory = SET_DIRECTORY >> 2;
  const [directoryShift, tableShift, pageShift] = [DIRECTORY_SHIFT, TABLE_SHIFT, PAGE_SHIFT];
  const [inTable, inLeaf, inPage] = [TABLE_LENGTH - 1, LEAF_PAGES - 1, PAGE_MASK];
  const [gpaMask, gpaShift, pageSize] = [GPA_MASK | 0, GPA_SHIFT, PAGE_SIZE];
  const aboveLow = 32 - GPA_SHIFT;

  /** Adds to the 64-bit number at a word. */
  function add(at: number, value: number): void {
    const sum = ((words[at] ?? 0) + value) | 0;
    words[at] = sum;
    // A sum below what was added went over the top of the lower half
    if (sum >>> 0 < value) words[at + 1] = ((words[at + 1] ?? 0) + 1) | 0;
  }

  return (endpoint, high, low, length, access) => {
    const record = firstEndpoint + endpoint * endpointWords;
    const domain = (words[record + openDomain] ?? 0) >> 2;
    const table = (words[domain + directory + (low >>> directoryShift)] ?? 0) >> 2;
    const leaf = (words[table + ((low >>> tableShift) & inTable)] ?? 0) >> 2;
    const entry = words[leaf + ((low >>> pageShift) & inLeaf)] ?? 0;
    const offset = low & inPage;
    if (
      (entry & access) !== access ||
      offset + length > pageSize ||
      entry >>> aboveLow !== 0 ||
      words[domain + spanHigh] !== (high | 0)
    ) {
      return -1;
    }
    add(record + accesses, 1);
    add(record + bytes, length);
    return (((entry & gpaMask) << gpaShift) | offset) >>> 0;
  };
}
