// The engine's exports, all that a device needs: u32 only, 64-bit values as high and low halves. Domains and windows are sets, named by index
// like endpoints; the host keeps the way from IDs to indices. Ranges are inclusive.

import {
  ENGINE_FORMAT,
  HEADER_BLOCKS_END,
  HEADER_COUNTS,
  HEADER_FIRST_BLOCK,
  HEADER_FORMAT,
  HEADER_FREE_SET,
  HEADER_FRESH_BLOCK,
  HEADER_MARKS,
  HEADER_MAX_ENDPOINTS,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_SETS,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_RESERVE,
  KIND_WINDOWS,
  NO_SET,
} from './layout';
import { takeSet } from './sets';

export { account, bind, createEndpoint, setDoorbell } from './endpoints';
export { createDomain, destroyDomain, insert, list, overlaps, remove } from './mappings';
export { resume, translate } from './translate';
export { clearWindows, createWindows, insertWindow } from './window-sets';

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
