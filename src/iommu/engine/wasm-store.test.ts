import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { engineCases } from '../../../test/support/engine-cases.ts';
import { auditOf } from '../../../test/support/engine-extras.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { storeModule } from '../../../test/support/stores.ts';
import { AUDIT_SOUND } from '../../../wasm/assembly/layout.ts';
import { MAX_ADDRESS, toGpa, toIova } from '../../memory/address.ts';
import type { Access, Mapping, MappingStore } from '../store/mapping-store.ts';
import { ReferenceStore } from '../store/reference-store.ts';
import { NO_WINDOWS } from '../regions/region-window.ts';
import type { StoreLimits } from '../store/store-limits.ts';
import { WasmStore } from './wasm-store.ts';

const SEED = 20;
const DOMAINS = [0, 1, 0xffff_ffff];
const LIMITS: StoreLimits = { maxDomains: 3, maxMappings: 40 };

// Few distinct addresses, at the places where halves, pages and the space end, so that ranges meet often
const EDGES = [0n, 0xffff_f000n, 1n << 32n, 1n << 63n, MAX_ADDRESS - 0xfffn, MAX_ADDRESS];
const address = fc
  .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -40, max: 40 }), fc.boolean())
  .map(([edge, offset, isPage]) => BigInt.asUintN(64, edge + BigInt(offset * (isPage ? 4096 : 1))));

const range = fc
  .tuple(address, fc.oneof(address, fc.constantFrom(0n, 1n, 0xfffn, 0x2fffn)), fc.boolean())
  .map(([start, other, isLength]) => {
    const end = isLength ? BigInt.asUintN(64, start + other) : other;
    return start <= end ? { start, end } : { start: end, end: start };
  })
  .map(({ start, end }) => ({ start: toIova(start), end: toIova(end) }));

const domain = fc.constantFrom(...DOMAINS);

/** Where mappings go that start with a page: by their length. */
const PLACES = [
  ['page tables', (page: number) => mapping(page, 4096n)],
  ['trees', (page: number) => mapping(page, 4095n)],
] as const;

type Step = (store: MappingStore) => unknown;

const insert = fc
  .record({ domain, range, phys: address, flags: fc.integer({ min: 0, max: 7 }) })
  .map(({ domain, range, phys, flags }): [string, Step] => {
    const virt = { virtStart: range.start, virtEnd: range.end };
    return ['insert', (store) => store.insert(domain, { ...virt, physStart: toGpa(phys), flags })];
  });

const remove = fc
  .record({ domain, range })
  .map(({ domain, range }): [string, Step] => ['remove', (store) => store.remove(domain, range)]);

const overlaps = fc
  .record({ domain, range })
  .map(({ domain, range }): [string, Step] => ['over', (store) => store.overlaps(domain, range)]);

const translate = fc
  .record({
    domain,
    address,
    length: fc.oneof(fc.integer({ min: 1, max: 0x8000 }), fc.constant(0x8000_0000)),
    access: fc.constantFrom<Access>(1, 2),
  })
  .map(({ domain, address, length, access }): [string, Step] => [
    'translate',
    (store) => {
      const high = Number(address >> 32n);
      const endpoint = DOMAINS.indexOf(domain);
      const count = store.translate(endpoint, high, Number(address & 0xffff_ffffn), length, access);
      const { result } = store;
      if (count < 0) return [count, result.stopHigh, result.stopLow];
      return Array.from({ length: count }, (_, index) => [
        result.high(index),
        result.low(index),
        result.length(index),
      ]);
    },
  ]);

const recreate = domain.map((domain): [string, Step] => [
  'recreate',
  (store) => {
    store.bind(DOMAINS.indexOf(domain), 'unattached');
    store.destroyDomain(domain);
    const outcome = store.createDomain(domain);
    store.bind(DOMAINS.indexOf(domain), domain);
    return outcome;
  },
]);

const step = fc.oneof(
  { arbitrary: insert, weight: 8 },
  { arbitrary: remove, weight: 3 },
  { arbitrary: overlaps, weight: 2 },
  { arbitrary: translate, weight: 5 },
  { arbitrary: recreate, weight: 1 },
);

function contents(store: MappingStore): unknown {
  return DOMAINS.map((domain) => [store.size(domain), store.list(domain, toIova(0n), 100)]);
}

function withDomains<S extends MappingStore>(store: S): S {
  for (const domain of DOMAINS) {
    store.createDomain(domain);
    store.bind(store.addEndpoint(NO_WINDOWS), domain);
  }
  return store;
}

describe('WasmStore against ReferenceStore', () => {
  it('answers every sequence of operations alike, at every edge of 64 bits', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const wasm = withDomains(new WasmStore(storeModule, LIMITS));
        const reference = withDomains(new ReferenceStore(LIMITS));
        for (const [name, run] of steps) {
          expectSame([name, run(wasm)], [name, run(reference)]);
        }
        expectSame(contents(wasm), contents(reference));
        expectSame(wasm.save(), reference.save());
        expect(auditOf(wasm)).toBe(AUDIT_SOUND);
      }),
      { seed: SEED, numRuns: engineCases(400) },
    );
  });

  // Thousands of mappings in an order and with holes that the generator chooses; those of less than a page make deep
  // trees
  it.each(PLACES)(
    'keeps %s of thousands of mappings right while they grow and shrink',
    (_where, mappingAt) => {
      const mappings = Array.from({ length: 3000 }, (_, page) => mappingAt(page));
      const page = fc.integer({ min: 0, max: 2999 });
      const burst = fc.record({ first: page, stride: fc.integer({ min: 1, max: 2999 }) });
      const cut = fc.record({ first: page, pages: fc.integer({ min: 1, max: 600 }) });
      fc.assert(
        fc.property(fc.array(fc.tuple(burst, cut), { minLength: 3, maxLength: 5 }), (rounds) => {
          const wasm = withDomains(new WasmStore(storeModule));
          const reference = withDomains(new ReferenceStore());
          for (const [{ first, stride }, cut] of rounds) {
            for (let count = 0; count < 2000; count += 1) {
              const mapping = mappings[(first + count * stride) % 3000] ?? mappingAt(0);
              expectSame(wasm.insert(1, mapping), reference.insert(1, mapping));
            }
            const range = {
              start: mappingAt(cut.first).virtStart,
              end: mappingAt(cut.first + cut.pages - 1).virtEnd,
            };
            expectSame(wasm.remove(1, range), reference.remove(1, range));
            expectSame(wasm.list(1, toIova(0n), 3000), reference.list(1, toIova(0n), 3000));
            expect(auditOf(wasm)).toBe(AUDIT_SOUND);
          }
        }),
        { seed: SEED, numRuns: engineCases(8) },
      );
    },
  );
});

describe('WasmStore memory', () => {
  it.each(PLACES)(
    'fills %s to the cap again and again, however mappings came and went',
    (_where, mappingAt) => {
      const cap = 1500;
      const store = withDomains(new WasmStore(storeModule, { maxDomains: 3, maxMappings: cap }));
      for (let round = 1; round <= 40; round += 1) {
        const [first = 0, second = 0] = [DOMAINS[round % 3], DOMAINS[(round + 1) % 3]];
        for (
          let index = 0;
          store.size(first).mappings + store.size(second).mappings < cap;
          index++
        ) {
          const page = (index * (2 * round + 1)) % 4096;
          store.insert(index % 2 === 0 ? first : second, mappingAt(page));
        }
        expect(store.insert(first, mappingAt(9999))).toBe('full');
        for (let page = round % 7; page < 4096; page += 1 + (round % 5)) {
          store.remove(first, { start: mappingAt(page).virtStart, end: mappingAt(page).virtEnd });
        }
        store.destroyDomain(second);
        store.createDomain(second);
        store.remove(first, { start: toIova(0n), end: toIova(MAX_ADDRESS) });
        expect(auditOf(store)).toBe(AUDIT_SOUND);
      }
      expect(DOMAINS.map((domain) => store.size(domain).mappings)).toEqual([0, 0, 0]);
    },
  );

  it('refuses a module that is not the store, by name of what it lacks', () => {
    const empty = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    expect(() => new WasmStore(empty)).toThrow(
      'store.wasm does not match this program: it lacks initialize, createWindows',
    );
  });
});

function mapping(page: number, bytes: bigint): Mapping {
  const start = BigInt(page) * 4096n;
  return {
    virtStart: toIova(start),
    virtEnd: toIova(start + bytes - 1n),
    physStart: toGpa(start ^ 0x5000n),
    flags: 3,
  };
}
