// The caps hold for any pattern: as many mappings as maxMappings always find room.

import { expect, it } from 'vitest';
import { storeModule } from '../../../test/support/stores.ts';
import { toGpa, toIova } from '../../memory/address.ts';
import type { Mapping } from '../store/mapping-store.ts';
import { WasmStore } from './wasm-store.ts';

const DOMAIN = 1;
const MAX_MAPPINGS = 3000;
const PAGE = 0x1000n;
/** The pages of one leaf of page tables. */
const LEAF = 128n * PAGE;

function mapping(start: bigint, bytes: bigint): Mapping {
  return {
    virtStart: toIova(start),
    virtEnd: toIova(start + bytes - 1n),
    physStart: toGpa(start),
    flags: 3,
  };
}

it('keeps room for trees when the mappings that paid for page tables are gone', () => {
  const store = new WasmStore(storeModule, { maxDomains: 1, maxMappings: MAX_MAPPINGS });
  store.createDomain(DOMAIN);
  const dense = 2400;
  for (let page = 0; page < dense; page += 1)
    store.insert(DOMAIN, mapping(BigInt(page) * PAGE, PAGE));
  for (let leaf = 0; leaf < MAX_MAPPINGS - dense; leaf += 1) {
    store.insert(DOMAIN, mapping((1n << 31n) + BigInt(leaf) * LEAF, PAGE));
  }
  store.remove(DOMAIN, { start: toIova(0n), end: toIova(BigInt(dense) * PAGE - 1n) });
  const left = MAX_MAPPINGS - store.size(DOMAIN).mappings;
  const outcomes = Array.from({ length: left }, (_, index) =>
    store.insert(DOMAIN, mapping((1n << 40n) + BigInt(index) * 2n * LEAF, LEAF + PAGE)),
  );
  expect(new Set(outcomes)).toEqual(new Set(['inserted']));
  expect(store.size(DOMAIN).mappings).toBe(MAX_MAPPINGS);
  expect(store.insert(DOMAIN, mapping(1n << 60n, PAGE))).toBe('full');
});
