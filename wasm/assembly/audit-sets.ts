// Auditing sets, the lists of what is free, and the records of endpoints, which name sets.

import { pagedBlocks, pagedMappings, pagedPages, auditTables } from './audit-tables';
import { auditTree, treeBytes, treeEntries } from './audit-tree';
import {
  AUDIT_ENDPOINT,
  AUDIT_FREE_SETS,
  AUDIT_SET,
  AUDIT_SOUND,
  ENDPOINTS_OFFSET,
  ENDPOINT_BLOCKED,
  ENDPOINT_DOMAIN,
  ENDPOINT_INNER,
  ENDPOINT_MODE,
  ENDPOINT_OPEN_DOMAIN,
  ENDPOINT_OUTER,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  COUNTER_BITS,
  COUNTER_BYTES,
  HEADER_ENDPOINTS,
  HEADER_FREE_SET,
  HEADER_FRESH_SET,
  HEADER_SETS,
  KIND_DOMAIN,
  KIND_FREE,
  KIND_WINDOWS,
  MODE_BYPASS,
  MODE_DOMAIN,
  NO_SET,
  PAGE_SHIFT,
  SET_BYTES,
  SET_ENTRIES,
  SET_GAP_END,
  SET_GAP_START,
  SET_KIND,
  SET_NEXT_FREE,
  SET_PAGED,
  SET_ROOT,
  SET_SIZE,
  SET_WINDOWS,
} from './layout';
import { reachedBlocks, reachSet } from './marks';
import { addressOfSet, treeTouches } from './sets';
import { hasTables } from './tables';

/** What was counted in all sets: mappings, those in page tables, blocks of page tables, blocks of windows. */
export let countedMappings: u32 = 0;
export let countedPaged: u32 = 0;
export let countedTableBlocks: u32 = 0;
export let countedWindowBlocks: u32 = 0;

/** Audits all sets, and the list of the free ones. */
export function auditSets(): u32 {
  countedMappings = 0;
  countedPaged = 0;
  countedTableBlocks = 0;
  countedWindowBlocks = 0;
  if (kindOf(0) != KIND_WINDOWS || load<u32>(addressOfSet(0), SET_ROOT) != 0) return AUDIT_SET;
  let free = listedSets();
  for (let index: u32 = 0; index < load<u32>(HEADER_FRESH_SET); index++) {
    const kind = kindOf(index);
    let broken: u32 = AUDIT_SOUND;
    if (kind == KIND_FREE) free--;
    else if (kind == KIND_WINDOWS) broken = auditWindows(addressOfSet(index));
    else broken = kind == KIND_DOMAIN ? auditDomain(addressOfSet(index)) : <u32>AUDIT_SET;
    if (broken != AUDIT_SOUND) return broken;
  }
  return free == 0 ? AUDIT_SOUND : AUDIT_FREE_SETS;
}

/** Length of the list of free sets; -1, which no number of them equals, when it is broken. */
function listedSets(): u32 {
  let listed: u32 = 0;
  let index = load<u32>(HEADER_FREE_SET);
  while (index != <u32>NO_SET) {
    if (index >= load<u32>(HEADER_FRESH_SET) || !reachSet(index)) return -1;
    if (kindOf(index) != KIND_FREE) return -1;
    listed++;
    index = load<u32>(addressOfSet(index), SET_NEXT_FREE);
  }
  return listed;
}

function auditWindows(set: u32): u32 {
  const before = reachedBlocks;
  const isPlain =
    load<u32>(set, SET_ENTRIES) == 0 &&
    load<u64>(set, SET_BYTES) == 0 &&
    load<u32>(set, SET_PAGED) == 0 &&
    !hasTables(set);
  if (!isPlain) return AUDIT_SET;
  const broken = auditTree(set);
  if (broken != AUDIT_SOUND) return broken;
  countedWindowBlocks += reachedBlocks - before;
  return isGap(set, load<u64>(set, SET_GAP_START), load<u64>(set, SET_GAP_END))
    ? AUDIT_SOUND
    : AUDIT_SET;
}

/** Whether this is all of the stretch between two windows; or none, its start being behind its end. */
function isGap(set: u32, start: u64, last: u64): bool {
  if (start > last) return true;
  return (
    !treeTouches(set, start, last) &&
    (start == 0 || treeTouches(set, start - 1, start - 1)) &&
    (last == u64.MAX_VALUE || treeTouches(set, last + 1, last + 1))
  );
}

function auditDomain(set: u32): u32 {
  let broken = auditTables(set);
  if (broken == AUDIT_SOUND) broken = auditTree(set);
  if (broken != AUDIT_SOUND) return broken;
  const mappings = treeEntries + pagedMappings;
  const bytes = treeBytes + ((<u64>pagedPages) << PAGE_SHIFT);
  countedMappings += mappings;
  countedPaged += pagedMappings;
  countedTableBlocks += pagedBlocks;
  const windows = load<u32>(set, SET_WINDOWS);
  const isCounted =
    load<u32>(set, SET_ENTRIES) == mappings &&
    load<u32>(set, SET_PAGED) == pagedMappings &&
    load<u64>(set, SET_BYTES) == bytes;
  // Windows are of one domain only, and set 0 of none
  return isCounted && windows != 0 && kindOf(windows) == KIND_WINDOWS && reachSet(windows)
    ? AUDIT_SOUND
    : AUDIT_SET;
}

export function auditEndpoints(): u32 {
  for (let endpoint: u32 = 0; endpoint < load<u32>(HEADER_ENDPOINTS); endpoint++) {
    const record = ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
    if (!isBound(record) || !isCounting(record)) return AUDIT_ENDPOINT;
  }
  return AUDIT_SOUND;
}

function isBound(record: u32): bool {
  const mode = load<u32>(record, ENDPOINT_MODE);
  const domain = load<u32>(record, ENDPOINT_DOMAIN);
  const outer = load<u32>(record, ENDPOINT_OUTER);
  const open = load<u32>(record, ENDPOINT_OPEN_DOMAIN);
  const inner = kindAt(load<u32>(record, ENDPOINT_INNER));
  if (kindAt(outer) != KIND_WINDOWS || inner != KIND_WINDOWS) return false;
  if (mode != MODE_DOMAIN)
    return mode <= <u32>MODE_BYPASS && domain == addressOfSet(0) && open == 0;
  return (
    kindAt(domain) == KIND_DOMAIN &&
    outer == addressOfSet(load<u32>(domain, SET_WINDOWS)) &&
    (open == 0 || open == domain)
  );
}

/** Whether the counters are numbers that JavaScript can hold. */
function isCounting(record: u32): bool {
  const last: u32 = record + ENDPOINT_BLOCKED + COUNTER_BYTES;
  for (let at: u32 = record + ENDPOINT_TRANSLATED; at <= last; at += 8) {
    if (load<u64>(at) >> COUNTER_BITS != 0) return false;
  }
  return true;
}

/** KIND_* of the set at an address; KIND_FREE when there is none. */
function kindAt(address: u32): u32 {
  const offset = address - load<u32>(HEADER_SETS);
  return offset % SET_SIZE == 0 ? kindOf(offset / SET_SIZE) : KIND_FREE;
}

function kindOf(index: u32): u32 {
  return index < load<u32>(HEADER_FRESH_SET) ? load<u32>(addressOfSet(index), SET_KIND) : KIND_FREE;
}
