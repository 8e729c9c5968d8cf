// Steps of property tests over mapping stores: each with a name, and what it answers.

import fc from 'fast-check';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { Access, Binding, Mapping } from '../../src/iommu/store/mapping-store.ts';
import { address, DOMAINS, mapping, range, WINDOW_PLACES, type StoreWorld } from './store-world.ts';

export type Step = readonly [name: string, run: (world: StoreWorld) => unknown];

export const ENDPOINTS = 3;
export const endpoint = fc.nat(ENDPOINTS - 1);
export const access = fc.constantFrom<Access>(1, 2);
const domain = fc.constantFrom(...DOMAINS, 0, 0, 1);

const insert = fc
  .tuple(domain, mapping)
  .map(([domain, mapping]): Step => ['insert', (world) => world.insert(domain, mapping)]);

/** Pages side by side, each a mapping of its own, in steps through guest memory that may join. */
const insertMany = fc
  .tuple(domain, mapping, fc.integer({ min: 2, max: 6 }), fc.constantFrom(0x1000n, 0x2000n))
  .map(([domain, first, count, step]): Step => [
    'insert many',
    (world) =>
      Array.from({ length: count }, (_, index) =>
        world.insert(domain, pageBehind(first, index, step)),
      ),
  ]);

function pageBehind(first: Mapping, index: number, step: bigint): Mapping {
  const start = BigInt.asUintN(64, (first.virtStart & ~0xfffn) + BigInt(index) * 0x1000n);
  const physStart = toGpa((first.physStart & 0xffff_f000n) + BigInt(index) * step);
  // Memory-mapped I/O, which is joined to nothing, beside memory
  const flags = index % 3 === 2 ? first.flags ^ 4 : first.flags;
  return { virtStart: toIova(start), virtEnd: toIova(start + 0xfffn), physStart, flags };
}

const removeMost = domain.map((domain): Step => [
  'remove most',
  ({ store }) => store.remove(domain, { start: toIova(0x1000n), end: toIova(1n << 63n) }),
]);

const remove = fc
  .tuple(domain, range)
  .map(([domain, range]): Step => ['remove', ({ store }) => store.remove(domain, range)]);

const look = fc
  .tuple(domain, range)
  .map(([domain, range]): Step => [
    'look',
    ({ store }) => [
      store.overlaps(domain, range),
      store.size(domain),
      store.list(domain, range.start, 3),
    ],
  ]);

const bind = fc
  .tuple(
    endpoint,
    fc.oneof({ arbitrary: domain, weight: 4 }, fc.constantFrom('bypass', 'unattached')),
  )
  .map(([endpoint, binding]): Step => [
    'bind',
    (world) => world.bind(endpoint, binding satisfies Binding),
  ]);

const setWindows = fc
  .tuple(domain, fc.array(fc.nat(3), { maxLength: WINDOW_PLACES.length }))
  .map(([domain, rights]): Step => ['windows', (world) => world.setWindows(domain, rights)]);

const bypass = fc
  .boolean()
  .map((isBypass): Step => ['bypass', ({ store }) => store.setUnattachedBypass(isBypass)]);

const recreate = domain.map((domain): Step => ['recreate', (world) => world.recreate(domain)]);

const length = fc.oneof(
  fc.integer({ min: 1, max: 64 }),
  fc.integer({ min: 1, max: 0x4000 }),
  fc.constantFrom(0x1000, 0x1001, 0x2000, 0x8_0000, 0x8000_0000),
);

const translate = fc
  .tuple(endpoint, address, length, access)
  .map(([endpoint, start, length, access]): Step => [
    'access',
    (world) => world.access(endpoint, start, length, access),
  ]);

const settle = fc
  .tuple(endpoint, fc.boolean(), length)
  .map(([endpoint, isTranslated, length]): Step => [
    'settle',
    ({ store }) => store.settle(endpoint, isTranslated, length),
  ]);

const setCounters = endpoint.map((endpoint): Step => [
  'counters',
  ({ store }) => store.setCounters(endpoint, { ...store.counters(endpoint), blocked: 7 }),
]);

/** Any step that every store knows. */
export const step = fc.oneof(
  { arbitrary: insert, weight: 8 },
  { arbitrary: insertMany, weight: 5 },
  { arbitrary: remove, weight: 4 },
  { arbitrary: removeMost, weight: 1 },
  { arbitrary: look, weight: 2 },
  { arbitrary: bind, weight: 2 },
  { arbitrary: setWindows, weight: 1 },
  { arbitrary: bypass, weight: 1 },
  { arbitrary: recreate, weight: 1 },
  { arbitrary: translate, weight: 16 },
  { arbitrary: settle, weight: 1 },
  { arbitrary: setCounters, weight: 1 },
);
