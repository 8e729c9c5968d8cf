// MAP and UNMAP, again and again: memory that was given back is what is used next.

import { expect, it } from 'vitest';
import { extrasModule } from '../../../test/support/engine-extras.ts';
import { storeModule } from '../../../test/support/stores.ts';
import { AUDIT_SOUND, HEADER_FRESH_BLOCK, INSERT_DONE } from '../../../wasm/assembly/layout.ts';
import { EngineExtras } from './extras/engine-extras.ts';
import { EngineMemory } from './wasm-memory.ts';

const PAIRS = 100_000;
/** Mappings that are there at the same time, at places of their own; some are too long for page tables. */
const PLACES = 1000;
const LONGEST = 80;
const PAGE_SHIFT = 12;
const LIMITS = { maxDomains: 1, maxMappings: PLACES, maxEndpoints: 1, maxRegions: 1 };

/** Numbers from 0 to below 2^32, the same each time. */
function* numbers(): Generator<number, never> {
  for (let state = 1; ;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** Maps where nothing is and unmaps where something is, until PAIRS were mapped and all are gone again. */
function churn({ exports }: EngineMemory, domain: number): readonly [number, number] {
  const random = numbers();
  const mapped = new Map<number, number>();
  let inserted = 0;
  let removed = 0;
  // Eight spans of 4 GiB; page tables have four
  const highOf = (place: number): number => place % 8;
  const lowOf = (place: number): number => (place * LONGEST) << PAGE_SHIFT;
  const unmap = (place: number, pages: number): void => {
    const last = lowOf(place) + (pages << PAGE_SHIFT) - 1;
    mapped.delete(place);
    removed += exports.remove(domain, highOf(place), lowOf(place), highOf(place), last);
  };
  const map = (place: number, pages: number): number => {
    const [high, low] = [highOf(place), lowOf(place)];
    const last = low + (pages << PAGE_SHIFT) - 1;
    mapped.set(place, pages);
    return exports.insert(domain, high, low, high, last, 0, low, 3) === INSERT_DONE ? 1 : 0;
  };
  while (inserted < PAIRS) {
    const place = random.next().value % PLACES;
    const known = mapped.get(place);
    if (known === undefined) inserted += map(place, 1 + (random.next().value % LONGEST));
    else unmap(place, known);
  }
  for (const [place, pages] of mapped) unmap(place, pages);
  return [inserted, removed];
}

it('leaves used bytes and the mark of fresh blocks where they were', () => {
  const engine = new EngineMemory(storeModule, LIMITS);
  const domain = engine.exports.createDomain(0);
  expect(churn(engine, domain)).toEqual([PAIRS, PAIRS]);
  expect(engine.usedBytes).toBe(0);
  const fresh = engine.word(HEADER_FRESH_BLOCK);
  expect(churn(engine, domain)).toEqual([PAIRS, PAIRS]);
  expect(engine.usedBytes).toBe(0);
  expect(engine.word(HEADER_FRESH_BLOCK)).toBe(fresh);
  expect(new EngineExtras(extrasModule, engine).audit()).toBe(AUDIT_SOUND);
});
