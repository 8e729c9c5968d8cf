// Changing page tables: a mapping is one entry for each of its pages; empty blocks are given back.

import { blocksLeft, freeBlock, takeBlock } from './blocks';
import {
  BLOCK_SHIFT,
  BLOCK_SIZE,
  DIRECTORY_LENGTH,
  DIRECTORY_SHIFT,
  GPA_BITS,
  GPA_SHIFT,
  HEADER_COUNTS,
  HEADER_TABLE_BLOCKS,
  HEADER_TABLE_MAPPINGS,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_BLOCKS,
  HEADER_WINDOW_RESERVE,
  LEAF_MINIMUM,
  MAX_RUN,
  PAGE_FIRST,
  PAGE_LAST,
  PAGE_MASK,
  PAGE_PRESENT,
  PAGE_SHIFT,
  PAGE_SIZE,
  SET_PAGED,
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
import {
  entryAt,
  entryPlace,
  findSpan,
  foundPage,
  leafPlace,
  seekPage,
  tablePlace,
} from './tables';

/** Mappings that the latest `removePages` took out, and their pages. */
export let takenMappings: u32 = 0;
export let takenPages: u32 = 0;

/** Whether page tables can hold the mapping: few whole pages within one span, to GPAs that fit their entries. */
export function fitsPages(start: u64, last: u64, gpa: u64): bool {
  return (
    (gpa | (gpa + (last - start))) >> GPA_BITS == 0 &&
    ((start | (last + 1) | gpa) & PAGE_MASK) == 0 &&
    last - start < <u64>(MAX_RUN * PAGE_SIZE) &&
    start >> 32 == last >> 32
  );
}

/** Adds a mapping for which `fitsPages`, and that overlaps none; false when there may be no further page tables. */
export function insertPages(domain: u32, start: u64, last: u64, gpa: u64, flags: u32): bool {
  const span = spanFor(domain, <u32>(start >> 32));
  if (span == 0) return false;
  const needed = missingBlocks(domain, span, <u32>start, <u32>last);
  if (needed > 0 && !mayTake(needed)) return false;
  if (load<u32>(span, SPAN_DIRECTORY) == 0) openSpan(domain, span, <u32>(start >> 32));
  let bits: u32 = PAGE_PRESENT | PAGE_FIRST | flags;
  const pages = <u32>((last - start) >> PAGE_SHIFT);
  for (let page: u32 = 0; page <= pages; page++) {
    if (page == pages) bits |= PAGE_LAST;
    const offset = page << PAGE_SHIFT;
    setPage(span, <u32>start + offset, <u32>((gpa + offset) >> GPA_SHIFT) | bits);
    bits &= ~PAGE_FIRST;
  }
  countPaged(domain, 1);
  return true;
}

/** Whether an end of the range lies inside a mapping of page tables that reaches out of the range. */
export function cutsPages(domain: u32, start: u64, last: u64): bool {
  const first = entryAt(domain, start);
  if (first != 0 && ((start & PAGE_MASK) != 0 || (first & PAGE_FIRST) == 0)) return true;
  const final = entryAt(domain, last);
  return final != 0 && ((last & PAGE_MASK) != PAGE_MASK || (final & PAGE_LAST) == 0);
}

/** Takes out all mappings in the range, which cuts none. */
export function removePages(domain: u32, start: u64, last: u64): void {
  takenMappings = 0;
  takenPages = 0;
  let from = (start + PAGE_MASK) & ~(<u64>PAGE_MASK);
  while (from >= start && from <= last && seekPage(domain, from, last)) {
    const page = foundPage;
    const span = findSpan(domain, <u32>(page >> 32));
    if ((clearPage(domain, span, <u32>page) & PAGE_FIRST) != 0) takenMappings++;
    takenPages++;
    from = page + PAGE_SIZE;
  }
  countPaged(domain, -takenMappings);
}

/** Gives back all page tables of a domain. */
export function dropTables(domain: u32): void {
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const span = domain + SET_SPANS + index * SPAN_SIZE;
    const directory = load<u32>(span, SPAN_DIRECTORY);
    if (directory == 0) continue;
    for (let word: u32 = 0; word < <u32>DIRECTORY_LENGTH; word++) {
      const table = load<u32>(directory + (word << 2));
      if (table != 0) dropTable(table);
    }
    closeSpan(domain, span);
  }
  countPaged(domain, -load<u32>(domain, SET_PAGED));
}

function countPaged(domain: u32, change: u32): void {
  store<u32>(domain, load<u32>(domain, SET_PAGED) + change, SET_PAGED);
  store<u32>(HEADER_TABLE_MAPPINGS, load<u32>(HEADER_TABLE_MAPPINGS) + change);
}

function dropTable(table: u32): void {
  for (let word: u32 = 0; word < <u32>TABLE_LENGTH; word++) {
    const leaf = load<u32>(table + (word << 2));
    if (leaf != 0) giveTable(leaf);
  }
  giveTable(table);
}

/** The record of the span with this upper half, or a free one, or 0. */
function spanFor(domain: u32, high: u32): u32 {
  const known = findSpan(domain, high);
  if (known != 0) return known;
  for (let index: u32 = 0; index < <u32>SPANS; index++) {
    const span = domain + SET_SPANS + index * SPAN_SIZE;
    if (load<u32>(span, SPAN_DIRECTORY) == 0) return span;
  }
  return 0;
}

/** Gives a free span its upper half and a directory without tables. */
function openSpan(domain: u32, span: u32, high: u32): void {
  const directory = isFirst(domain, span) ? domain + SET_DIRECTORY : takeTable();
  store<u32>(span, high, SPAN_HIGH);
  store<u32>(span, directory, SPAN_DIRECTORY);
  store<u32>(span, 0, SPAN_TABLES);
}

/** Frees a span of which the tables are gone. */
function closeSpan(domain: u32, span: u32): void {
  if (isFirst(domain, span)) memory.fill(domain + SET_DIRECTORY, 0, DIRECTORY_LENGTH << 2);
  else giveTable(load<u32>(span, SPAN_DIRECTORY));
  store<u32>(span, 0, SPAN_DIRECTORY);
}

function isFirst(domain: u32, span: u32): bool {
  return span == domain + SET_SPANS;
}

/** How many blocks must be added for entries from `low` to `lastLow`, which lie in two leaves at most. */
function missingBlocks(domain: u32, span: u32, low: u32, lastLow: u32): u32 {
  const directory = load<u32>(span, SPAN_DIRECTORY);
  let missing: u32 = directory == 0 && !isFirst(domain, span) ? 1 : 0;
  const table = load<u32>(tablePlace(directory, low));
  const lastTable = load<u32>(tablePlace(directory, lastLow));
  const isOneTable = low >>> DIRECTORY_SHIFT == lastLow >>> DIRECTORY_SHIFT;
  if (table == 0) missing++;
  if (lastTable == 0 && !isOneTable) missing++;
  if (load<u32>(leafPlace(table, low)) == 0) missing++;
  const isOneLeaf = low >>> TABLE_SHIFT == lastLow >>> TABLE_SHIFT;
  if (!isOneLeaf && load<u32>(leafPlace(lastTable, lastLow)) == 0) missing++;
  return missing;
}

/**
 * Whether page tables may have more blocks. They share the pool with the trees, which must be able to take what the
 * tables do not: a block beyond the slack is paid for by the LEAF_MINIMUM mappings that no tree has to hold.
 */
function mayTake(blocks: u32): bool {
  const paid = load<u32>(HEADER_TABLE_MAPPINGS) / LEAF_MINIMUM;
  const kept = load<u32>(HEADER_WINDOW_RESERVE) - load<u32>(HEADER_WINDOW_BLOCKS);
  return (
    load<u32>(HEADER_TABLE_BLOCKS) + blocks <= load<u32>(HEADER_TABLE_SLACK) + paid &&
    blocksLeft() >= blocks + kept
  );
}

function setPage(span: u32, low: u32, entry: u32): void {
  const inDirectory = tablePlace(load<u32>(span, SPAN_DIRECTORY), low);
  let table = load<u32>(inDirectory);
  if (table == 0) {
    table = takeTable();
    store<u32>(inDirectory, table);
    store<u32>(span, load<u32>(span, SPAN_TABLES) + 1, SPAN_TABLES);
  }
  const inTable = leafPlace(table, low);
  let leaf = load<u32>(inTable);
  if (leaf == 0) {
    leaf = takeTable();
    store<u32>(inTable, leaf);
    changeCount(table, 1);
  }
  store<u32>(entryPlace(leaf, low), entry);
  changeCount(leaf, 1);
}

/** Clears the entry of a mapped page and returns it; gives back what is empty then. */
function clearPage(domain: u32, span: u32, low: u32): u32 {
  const inDirectory = tablePlace(load<u32>(span, SPAN_DIRECTORY), low);
  const table = load<u32>(inDirectory);
  const inTable = leafPlace(table, low);
  const leaf = load<u32>(inTable);
  const place = entryPlace(leaf, low);
  const entry = load<u32>(place);
  store<u32>(place, 0);
  if (!isEmptied(leaf, inTable) || !isEmptied(table, inDirectory)) return entry;
  const tables = load<u32>(span, SPAN_TABLES) - 1;
  store<u32>(span, tables, SPAN_TABLES);
  if (tables == 0) closeSpan(domain, span);
  return entry;
}

/** Counts one entry less; a block without any is given back, and its word at `place` cleared. */
function isEmptied(block: u32, place: u32): bool {
  if (changeCount(block, -1) != 0) return false;
  store<u32>(place, 0);
  giveTable(block);
  return true;
}

/** Changes how many entries of a block are in use, and returns it. */
function changeCount(block: u32, change: u32): u32 {
  const place = load<u32>(HEADER_COUNTS) + (block >>> BLOCK_SHIFT);
  const count = load<u8>(place) + change;
  store<u8>(place, <u8>count);
  return count;
}

/** A block of zeros. */
function takeTable(): u32 {
  const block = takeBlock();
  memory.fill(block, 0, BLOCK_SIZE);
  store<u8>(load<u32>(HEADER_COUNTS) + (block >>> BLOCK_SHIFT), 0);
  store<u32>(HEADER_TABLE_BLOCKS, load<u32>(HEADER_TABLE_BLOCKS) + 1);
  return block;
}

function giveTable(block: u32): void {
  freeBlock(block);
  store<u32>(HEADER_TABLE_BLOCKS, load<u32>(HEADER_TABLE_BLOCKS) - 1);
}
