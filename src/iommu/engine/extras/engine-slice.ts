// A slice of the engine's memory: its bytes up to the first block that was never in use. They name their format and
// caps (layout.ts), and are believed only once they were audited in the memory of another engine.

import {
  AUDIT_CHAIN,
  AUDIT_ENDPOINT,
  AUDIT_FLAGS,
  AUDIT_FREE_BLOCKS,
  AUDIT_FREE_SETS,
  AUDIT_HEADER,
  AUDIT_NODE,
  AUDIT_ORDER,
  AUDIT_OVERLAP,
  AUDIT_PAGE,
  AUDIT_POINTER,
  AUDIT_SET,
  AUDIT_SHARED,
  AUDIT_SOUND,
  AUDIT_SPAN,
  AUDIT_TABLE,
  AUDIT_TOTALS,
  AUDIT_ZEROS,
  HEADER_BLOCKS_END,
  HEADER_COUNTS,
  HEADER_FIRST_BLOCK,
  HEADER_FORMAT,
  HEADER_FRESH_BLOCK,
  HEADER_FRESH_SET,
  HEADER_MARKS,
  HEADER_MAX_ENDPOINTS,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_SETS,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_RESERVE,
  KIND_DOMAIN,
  KIND_FREE,
  SET_DOMAIN,
  SET_KIND,
  SET_WINDOWS,
} from '../../../../wasm/assembly/layout.ts';
import type { EngineMemory } from '../wasm-memory.ts';
import type { EngineExtras } from './engine-extras.ts';

/** What a slice must have in common with the engine that takes it over. */
const FIXED_FIELDS = [
  HEADER_FORMAT,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_MAX_ENDPOINTS,
  HEADER_SETS,
  HEADER_COUNTS,
  HEADER_MARKS,
  HEADER_FIRST_BLOCK,
  HEADER_BLOCKS_END,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_RESERVE,
];

const BROKEN_RULES: Readonly<Record<number, string>> = {
  [AUDIT_ZEROS]: 'its first bytes are not zero',
  [AUDIT_HEADER]: 'its header contradicts itself',
  [AUDIT_POINTER]: 'an address leads nowhere',
  [AUDIT_SHARED]: 'a block is used twice',
  [AUDIT_FREE_BLOCKS]: 'the list of free blocks is wrong',
  [AUDIT_FREE_SETS]: 'the list of free sets is wrong',
  [AUDIT_NODE]: 'a node of a tree is too full or too empty',
  [AUDIT_ORDER]: 'mappings are out of order',
  [AUDIT_CHAIN]: 'the leaves of a tree are not one chain',
  [AUDIT_FLAGS]: 'a mapping has unknown flags',
  [AUDIT_TABLE]: 'the entries of a page table are not as many as were counted',
  [AUDIT_SPAN]: 'two page tables are of the same addresses',
  [AUDIT_PAGE]: 'the pages of a mapping do not go together',
  [AUDIT_OVERLAP]: 'mappings overlap',
  [AUDIT_SET]: 'a domain is not what was counted',
  [AUDIT_TOTALS]: 'its totals are not what was counted',
  [AUDIT_ENDPOINT]: 'an endpoint is bound to nothing',
};

/** The sets of one domain, by index. */
export interface SavedDomain {
  readonly mappings: number;
  readonly windows: number;
}

/** A copy of everything that is in use. */
export function takeSlice(engine: EngineMemory): Uint8Array {
  return engine.bytes.slice(0, engine.word(HEADER_FRESH_BLOCK));
}

/**
 * Copies a slice into the memory that `extras` work on, of an engine with the same caps as `live`, whose content is
 * lost. Throws `Error` unless the slice is sound and could be put in the place of `live`.
 */
export function loadSlice(slice: Uint8Array, extras: EngineExtras, live: EngineMemory): void {
  const spare = extras.engine;
  const isWhole =
    slice.length >= live.word(HEADER_FIRST_BLOCK) && slice.length <= spare.bytes.length;
  if (!isWhole) throw new Error('the saved engine is not whole');
  spare.bytes.set(slice);
  if (FIXED_FIELDS.some((field) => spare.word(field) !== live.word(field))) {
    throw new Error('the saved engine is of another version, or has other caps');
  }
  if (spare.word(HEADER_FRESH_BLOCK) !== slice.length)
    throw new Error('the saved engine is not whole');
  const rule = extras.audit();
  if (rule !== AUDIT_SOUND) {
    throw new Error(`the saved engine is damaged: ${BROKEN_RULES[rule] ?? `rule ${rule}`}`);
  }
}

/** The domains in sound memory, by ID; throws `Error` when there are too many, or two with the same. */
export function findDomains(
  engine: EngineMemory,
  maxDomains: number,
): ReadonlyMap<number, SavedDomain> {
  const domains = new Map<number, SavedDomain>();
  for (const set of usedSets(engine)) {
    const record = engine.addressOfSet(set);
    if (engine.word(record + SET_KIND) !== KIND_DOMAIN) continue;
    const id = engine.word(record + SET_DOMAIN);
    if (domains.has(id)) throw new Error(`the saved engine is damaged: it has domain ${id} twice`);
    domains.set(id, { mappings: set, windows: engine.word(record + SET_WINDOWS) });
  }
  if (domains.size > maxDomains) throw new Error('the saved engine has too many domains');
  return domains;
}

/** Indices of all sets that are not free. */
export function usedSets(engine: EngineMemory): readonly number[] {
  const all = Array.from({ length: engine.word(HEADER_FRESH_SET) }, (_, index) => index);
  return all.filter((index) => engine.word(engine.addressOfSet(index) + SET_KIND) !== KIND_FREE);
}
