// Auditing a domain's page tables: blocks, how many of their entries are in use, and the runs of pages of each mapping.

import {
  AUDIT_PAGE,
  AUDIT_SOUND,
  AUDIT_SPAN,
  AUDIT_TABLE,
  BLOCK_SHIFT,
  DIRECTORY_LENGTH,
  DIRECTORY_SHIFT,
  GPA_SHIFT,
  HEADER_COUNTS,
  LEAF_PAGES,
  MAX_RUN,
  PAGE_FIRST,
  PAGE_LAST,
  PAGE_PRESENT,
  PAGE_SHIFT,
  PAGE_SIZE,
  SET_DIRECTORY,
  SET_SPANS,
  SPANS,
  SPAN_DIRECTORY,
  SPAN_HIGH,
  SPAN_SIZE,
  SPAN_TABLES,
  TABLE_LENGTH,
  TABLE_SHIFT,
} from './layout';
import { reachBlock, reachedBlocks } from './marks';

/** Of the page tables that were audited latest: mappings, their pages, and blocks. */
export let pagedMappings: u32 = 0;
export let pagedPages: u32 = 0;
export let pagedBlocks: u32 = 0;

// The run that is open: its pages so far (0: none is), the number of its next page, and that page's entry but for its
// ends
let runPages: u32 = 0;
let nextPage: u32 = 0;
let nextEntry: u32 = 0;

export function auditTables(domain: u32): u32 {
  pagedMappings = 0;
  pagedPages = 0;
  runPages = 0;
  const before = reachedBlocks;
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const directory = load<u32>(spanAt(domain, index), SPAN_DIRECTORY);
    if (directory == 0) {
      // Lookups go by what stands in the set, whether its span is in use or not
      if (index == 0 && !hasEmptyDirectory(domain)) return AUDIT_SPAN;
      continue;
    }
    if (isRepeated(domain, index)) return AUDIT_SPAN;
    const broken = auditDirectory(domain, spanAt(domain, index));
    if (broken != AUDIT_SOUND) return broken;
    if (runPages != 0) return AUDIT_PAGE;
  }
  pagedBlocks = reachedBlocks - before;
  return AUDIT_SOUND;
}

function hasEmptyDirectory(domain: u32): bool {
  for (let word: u32 = 0; word < <u32>DIRECTORY_LENGTH; word++) {
    if (load<u32>(domain + SET_DIRECTORY + (word << 2)) != 0) return false;
  }
  return true;
}

/** Whether a span before this one is of the same upper halves. */
function isRepeated(domain: u32, index: u32): bool {
  const high = load<u32>(spanAt(domain, index), SPAN_HIGH);
  for (let other: u32 = 0; other < index; other++) {
    const span = spanAt(domain, other);
    if (load<u32>(span, SPAN_DIRECTORY) != 0 && load<u32>(span, SPAN_HIGH) == high) return true;
  }
  return false;
}

/** Audits the tables of a span. The directory of the first span is no block. */
function auditDirectory(domain: u32, span: u32): u32 {
  const directory = load<u32>(span, SPAN_DIRECTORY);
  const own = domain + SET_DIRECTORY;
  let broken: u32 = AUDIT_SOUND;
  if (span == domain + SET_SPANS) broken = directory == own ? AUDIT_SOUND : AUDIT_SPAN;
  else broken = reachBlock(directory);
  let used: u32 = 0;
  for (let word: u32 = 0; word < <u32>DIRECTORY_LENGTH && broken == AUDIT_SOUND; word++) {
    const table = load<u32>(directory + (word << 2));
    if (table == 0) continue;
    used++;
    broken = auditTable(table, word << (DIRECTORY_SHIFT - PAGE_SHIFT));
  }
  if (broken != AUDIT_SOUND) return broken;
  return used > 0 && used == load<u32>(span, SPAN_TABLES) ? AUDIT_SOUND : AUDIT_TABLE;
}

/** Audits a table, whose first page is number `base`. */
function auditTable(table: u32, base: u32): u32 {
  let broken = reachBlock(table);
  let used: u32 = 0;
  for (let word: u32 = 0; word < <u32>TABLE_LENGTH && broken == AUDIT_SOUND; word++) {
    const leaf = load<u32>(table + (word << 2));
    if (leaf == 0) continue;
    used++;
    broken = auditEntries(leaf, base + (word << (TABLE_SHIFT - PAGE_SHIFT)));
  }
  return broken == AUDIT_SOUND ? auditCount(table, used) : broken;
}

function auditEntries(leaf: u32, base: u32): u32 {
  const broken = reachBlock(leaf);
  if (broken != AUDIT_SOUND) return broken;
  let used: u32 = 0;
  for (let index: u32 = 0; index < <u32>LEAF_PAGES; index++) {
    const entry = load<u32>(leaf + (index << 2));
    if (entry == 0) continue;
    used++;
    if (!isInRun(entry, base + index)) return AUDIT_PAGE;
  }
  return auditCount(leaf, used);
}

function auditCount(block: u32, used: u32): u32 {
  const counted = <u32>load<u8>(load<u32>(HEADER_COUNTS) + (block >>> BLOCK_SHIFT));
  return used > 0 && used == counted ? AUDIT_SOUND : AUDIT_TABLE;
}

/** Whether a page starts a run, or goes on with the open one as it should. */
function isInRun(entry: u32, page: u32): bool {
  if ((entry & PAGE_PRESENT) == 0) return false;
  const isFirst = (entry & PAGE_FIRST) != 0;
  const inside = entry & ~(PAGE_FIRST | PAGE_LAST);
  if (isFirst != (runPages == 0)) return false;
  if (!isFirst && (page != nextPage || inside != nextEntry)) return false;
  runPages++;
  if (runPages > <u32>MAX_RUN) return false;
  pagedPages++;
  nextPage = page + 1;
  nextEntry = inside + (PAGE_SIZE >>> GPA_SHIFT);
  if ((entry & PAGE_LAST) != 0) {
    runPages = 0;
    pagedMappings++;
  }
  return true;
}

function spanAt(domain: u32, index: u32): u32 {
  return domain + SET_SPANS + index * SPAN_SIZE;
}
