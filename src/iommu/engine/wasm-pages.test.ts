// Where mappings go: page tables or trees, by their length, their span of 4 GiB, and what page tables may have.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineCases } from '../../../test/support/engine-cases.ts';
import { auditOf } from '../../../test/support/engine-extras.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { storeModule } from '../../../test/support/stores.ts';
import {
  AUDIT_SOUND,
  BLOCK_SIZE,
  HEADER_TABLE_BLOCKS,
  HEADER_TABLE_MAPPINGS,
  HEADER_TABLE_SLACK,
  INSERT_DONE,
  LEAF_MINIMUM,
  LEAF_PAGES,
  SPANS,
  TABLE_LENGTH,
} from '../../../wasm/assembly/layout.ts';
import { toGpa, toIova } from '../../memory/address.ts';
import type { Mapping, MappingStore } from '../store/mapping-store.ts';
import { ReferenceStore } from '../store/reference-store.ts';
import { NO_WINDOWS } from '../regions/region-window.ts';
import { EngineMemory } from './wasm-memory.ts';
import { WasmStore } from './wasm-store.ts';

const SEED = 26;
const DOMAIN = 5;
const PAGE = 4096n;

/** Mapping of this many pages from a page on. */
function run(page: bigint, pages: number, flags = 3): Mapping {
  const virtStart = toIova(page * PAGE);
  const virtEnd = toIova(virtStart + BigInt(pages) * PAGE - 1n);
  return { virtStart, virtEnd, physStart: toGpa((page ^ 0x55n) * PAGE), flags };
}

function make(limits = { maxDomains: 1, maxMappings: 4000 }) {
  const wasm = new WasmStore(storeModule, limits);
  const reference = new ReferenceStore(limits);
  for (const store of [wasm, reference]) {
    store.createDomain(DOMAIN);
    store.bind(store.addEndpoint(NO_WINDOWS), DOMAIN);
  }
  return { wasm, reference };
}

/** All that a store tells of its mappings, and of accesses through the first pages of each. */
function view(store: MappingStore): unknown {
  const mappings = store.list(DOMAIN, toIova(0n), 10_000);
  const answers = mappings.map(({ virtStart }) => {
    const halves = [Number(virtStart >> 32n), Number(virtStart & 0xffff_ffffn)] as const;
    const count = store.translate(0, ...halves, 0x2001, 1);
    return count < 0 ? [store.result.stopHigh, store.result.stopLow] : store.result.low(count - 1);
  });
  return { mappings, size: store.size(DOMAIN), answers, counters: store.counters(0) };
}

describe('page tables', () => {
  it('hold runs of any length beside trees, whatever is removed', () => {
    const span = fc.nat(SPANS + 2).map((span) => BigInt(span) << 20n);
    // Around the ends of leaves, tables and spans
    const edge = fc.constantFrom(0n, 64n, 128n, 16_384n, 0x10_0000n - 80n);
    const place = fc
      .tuple(span, edge, fc.integer({ min: -70, max: 90 }))
      .map(([span, edge, page]) => span + edge + BigInt(page))
      .filter((page) => page >= 0n);
    const step = fc.oneof(
      {
        arbitrary: fc.record({
          kind: fc.constant('insert'),
          page: place,
          pages: fc.integer({ min: 1, max: 80 }),
        }),
        weight: 4,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('remove'),
          page: place,
          pages: fc.integer({ min: 1, max: 400 }),
        }),
        weight: 1,
      },
    );
    const steps = fc.array(step, { minLength: 1, maxLength: 150, size: 'max' });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 7 }), (steps, flags) => {
        const { wasm, reference } = make();
        for (const { kind, page, pages } of steps) {
          const mapping = run(page, pages, flags);
          const range = { start: mapping.virtStart, end: mapping.virtEnd };
          const [ours, theirs] = [wasm, reference].map((store) => [
            store.overlaps(DOMAIN, range),
            kind === 'insert' ? store.insert(DOMAIN, mapping) : store.remove(DOMAIN, range),
          ]);
          expectSame(ours, theirs);
        }
        expectSame(view(wasm), view(reference));
        expectSame(auditOf(wasm), AUDIT_SOUND);
        wasm.remove(DOMAIN, { start: toIova(0n), end: toIova((1n << 64n) - 1n) });
        expectSame([wasm.usedBytes, auditOf(wasm)], [0, AUDIT_SOUND]);
      }),
      { seed: SEED, numRuns: engineCases(200) },
    );
  });

  it('take as many spans as there is room for, and trees the rest', () => {
    const { wasm, reference } = make();
    for (let span = 0n; span < SPANS + 3; span += 1n) {
      for (const page of [0n, 1n, 0xf_ffffn]) {
        for (const store of [wasm, reference]) store.insert(DOMAIN, run((span << 20n) + page, 1));
      }
      // A directory but for the first, two tables and two leaves for each span; one node for all the others
      const spans = Math.min(Number(span) + 1, SPANS);
      const node = span < SPANS ? 0 : 1;
      expect(wasm.usedBytes).toBe((spans * 5 - 1 + node) * BLOCK_SIZE);
    }
    expect(view(wasm)).toEqual(view(reference));
    // A span that has become empty makes room for another
    const first = { start: toIova(0n), end: toIova(0xffff_ffffn) };
    for (const store of [wasm, reference]) {
      expect(store.remove(DOMAIN, first)).toBe(3);
      store.insert(DOMAIN, run(50n << 20n, 1));
    }
    expect(wasm.usedBytes).toBe(((SPANS - 1) * 5 + 2 + 1) * BLOCK_SIZE);
    expect(view(wasm)).toEqual(view(reference));
    expect(auditOf(wasm)).toBe(AUDIT_SOUND);
  });

  it('leave scattered pages to trees once their blocks are used up, up to the cap', () => {
    const { wasm, reference } = make({ maxDomains: 1, maxMappings: 2000 });
    const outcomes = [wasm, reference].map((store) =>
      Array.from({ length: 2001 }, (_, leaf) =>
        store.insert(DOMAIN, run(BigInt(leaf * LEAF_PAGES), 1)),
      ),
    );
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]?.at(-1)).toBe('full');
    // Far less than a block for each
    expect(wasm.usedBytes / BLOCK_SIZE).toBeLessThan(900);
    expectSame(view(wasm), view(reference));
    expect(auditOf(wasm)).toBe(AUDIT_SOUND);
  });

  it('count every block that a run needs, of two tables even, before they take one', () => {
    const limits = { maxDomains: 1, maxMappings: 1000, maxEndpoints: 1, maxRegions: 1 };
    const engine = new EngineMemory(storeModule, limits);
    const { exports } = engine;
    const domain = exports.createDomain(0);
    const insert = (page: number, pages: number): void => {
      const [start, end] = [page * 4096, (page + pages) * 4096 - 1];
      expect(exports.insert(domain, 0, start, 0, end, 0, 0, 3)).toBe(INSERT_DONE);
    };
    const left = (): number =>
      engine.word(HEADER_TABLE_SLACK) +
      Math.floor(engine.word(HEADER_TABLE_MAPPINGS) / LEAF_MINIMUM) -
      engine.word(HEADER_TABLE_BLOCKS);
    for (let leaf = 0; left() > 3; leaf += 1) insert(leaf * LEAF_PAGES, 1);
    const before = engine.word(HEADER_TABLE_BLOCKS);
    // Two tables, two leaves: one too many
    const pagesOfTable = LEAF_PAGES * TABLE_LENGTH;
    insert(50 * pagesOfTable - 1, 2);
    expect(engine.word(HEADER_TABLE_BLOCKS)).toBe(before);
    // One of each
    insert(50 * pagesOfTable + 2, 2);
    expect(engine.word(HEADER_TABLE_BLOCKS)).toBe(before + 2);
  });
});
