// Auditing a domain's page tables: blocks, how many of their entries are in use, and the runs of pages of each mapping.

import {
  AUDIT_PAGE,
  AUDIT_SOUND,
  AUDIT_SPAN,
  AUDIT_TABLE,
  BLOCK_SHIFT,
  DIRECTORY_SHIFT,
  HEADER_COUNTS,
  LEAF_PAGES,
  MAX_RUN,
  PAGE_FIRST,
  PAGE_LAST,
  PAGE_PRESENT,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGE_UNUSED,
  SET_SPANS,
  SPANS,
  SPAN_DIRECTORY,
  SPAN_HIGH,
  SPAN_SIZE,
  TABLE_LENGTH,
  TABLE_SHIFT,
} from './layout';
import { reachBlock, reachedBlocks } from './marks';

/** Of the page tables that were audited latest: mappings, their pages, and blocks. */
export let pagedMappings: u32 = 0;
export let pagedPages: u32 = 0;
export let pagedBlocks: u32 = 0;

// The run that is open: its pages so far (0: none is), the number of its next page, and that page's entry but for its ends
let runPages: u32 = 0;
let nextPage: u32 = 0;
let nextEntry: u64 = 0;

export function auditTables(domain: u32): u32 {
  pagedMappings = 0;
  pagedPages = 0;
  runPages = 0;
  const before = reachedBlocks;
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const directory = load<u32>(spanAt(domain, index), SPAN_DIRECTORY);
    if (directory == 0) continue;
    if (isRepeated(domain, index)) return AUDIT_SPAN;
    const broken = auditWords(directory, DIRECTORY_SHIFT - PAGE_SHIFT, 0);
    if (broken != AUDIT_SOUND) return broken;
    if (runPages != 0) return AUDIT_PAGE;
  }
  pagedBlocks = reachedBlocks - before;
  return AUDIT_SOUND;
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

/** Audits a directory or a table, each of whose words stands for 2^`bits` pages; the first of them is number `base`. */
function auditWords(block: u32, bits: u32, base: u32): u32 {
  let broken = reachBlock(block);
  if (broken != AUDIT_SOUND) return broken;
  let used: u32 = 0;
  for (let word: u32 = 0; word < <u32>TABLE_LENGTH; word++) {
    const below = load<u32>(block + (word << 2));
    if (below == 0) continue;
    used++;
    const first = base + (word << bits);
    broken =
      bits == DIRECTORY_SHIFT - PAGE_SHIFT
        ? auditWords(below, TABLE_SHIFT - PAGE_SHIFT, first)
        : auditEntries(below, first);
    if (broken != AUDIT_SOUND) return broken;
  }
  return auditCount(block, used);
}

function auditEntries(leaf: u32, base: u32): u32 {
  const broken = reachBlock(leaf);
  if (broken != AUDIT_SOUND) return broken;
  let used: u32 = 0;
  for (let index: u32 = 0; index < <u32>LEAF_PAGES; index++) {
    const entry = load<u64>(leaf + (index << 3));
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
function isInRun(entry: u64, page: u32): bool {
  if ((entry & PAGE_PRESENT) == 0 || (entry & PAGE_UNUSED) != 0) return false;
  const isFirst = (entry & PAGE_FIRST) != 0;
  const inside = entry & ~(<u64>(PAGE_FIRST | PAGE_LAST));
  if (isFirst != (runPages == 0)) return false;
  if (!isFirst && (page != nextPage || inside != nextEntry)) return false;
  runPages++;
  if (runPages > <u32>MAX_RUN) return false;
  pagedPages++;
  nextPage = page + 1;
  nextEntry = inside + PAGE_SIZE;
  if ((entry & PAGE_LAST) != 0) {
    runPages = 0;
    pagedMappings++;
  }
  return true;
}

function spanAt(domain: u32, index: u32): u32 {
  return domain + SET_SPANS + index * SPAN_SIZE;
}
