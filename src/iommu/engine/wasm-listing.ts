// Reading mappings, and windows, out of the engine.

import { LIST_CAPACITY, LIST_ENTRY_WORDS, LIST_OFFSET } from '../../../wasm/assembly/layout.ts';
import { highWord, lowWord } from '../../base/words.ts';
import { MAX_ADDRESS, toGpa, toIova } from '../../memory/address.ts';
import type { Mapping } from '../store/mapping-store.ts';
import type { RegionWindow } from '../regions/region-window.ts';
import type { EngineMemory } from './wasm-memory.ts';

const WORD = 4;

/** At most `limit` entries of a set in IOVA order: the one that contains `from`, and those after it. */
export function listSet(
  engine: EngineMemory,
  set: number,
  from: bigint,
  limit: number,
): readonly Mapping[] {
  const mappings: Mapping[] = [];
  let cursor = from;
  while (mappings.length < limit && cursor <= MAX_ADDRESS) {
    const listed = listFrom(engine, set, cursor);
    mappings.push(...listed);
    if (listed.length < LIST_CAPACITY) break;
    cursor = (listed.at(-1)?.virtEnd ?? MAX_ADDRESS) + 1n;
  }
  return mappings.slice(0, limit);
}

/** All windows of a set. */
export function listWindows(engine: EngineMemory, set: number): readonly RegionWindow[] {
  const all = listSet(engine, set, 0n, Infinity);
  return all.map(({ virtStart, virtEnd, flags }) => ({ start: virtStart, end: virtEnd, flags }));
}

function listFrom(engine: EngineMemory, set: number, cursor: bigint): readonly Mapping[] {
  const count = engine.exports.list(set, highWord(cursor), lowWord(cursor));
  return Array.from({ length: count }, (_, index) => {
    const entry = LIST_OFFSET + index * LIST_ENTRY_WORDS * WORD;
    return {
      virtStart: toIova(engine.pair(entry)),
      virtEnd: toIova(engine.pair(entry + 8)),
      physStart: toGpa(engine.pair(entry + 16)),
      flags: engine.word(entry + 24),
    };
  });
}
