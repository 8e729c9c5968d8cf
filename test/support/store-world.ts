// A mapping store with what its user keeps beside it, so that whatever is asked of it is allowed: the places and steps
// of property tests.

import fc from 'fast-check';
import { assert } from '../../src/base/assert.ts';
import { highWord, joinWords, lowWord } from '../../src/base/words.ts';
import {
  toGpa,
  toIova,
  MAX_ADDRESS,
  type AddressRange,
  type Iova,
} from '../../src/memory/address.ts';
import {
  TRANSLATE_DOORBELL,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type Binding,
  type Mapping,
  type MappingStore,
} from '../../src/iommu/store/mapping-store.ts';
import type { EndpointWindows, RegionWindow } from '../../src/iommu/regions/region-window.ts';

export const DOMAINS = [0, 1, 0xffff_ffff];
const PAGE = 0x1000n;

/** Where windows lie: whole pages, parts of such, over 4 GiB, at the end of the space, a byte. */
export const WINDOW_PLACES: readonly AddressRange<Iova>[] = [
  [0x3000n, 0x4fffn],
  [0x8800n, 0x97ffn],
  [0xffff_e000n, 0x1_0000_0fffn],
  [0x1_0001_0000n, 0x1_0001_0000n],
  [0x2_0000_0000n, 0x2_0000_ffffn],
  [MAX_ADDRESS - 0xfffn, MAX_ADDRESS],
].map(([start = 0n, end = 0n]) => ({ start: toIova(start), end: toIova(end) }));

// The space's ends, both sides of 4 GiB, more spans than page tables take
const EDGES = [0n, 0x8000n, 1n << 32n, 0x1_0000_8000n];
const FAR_EDGES = [...[2n, 5n, 9n].map((span) => span << 32n), 1n << 63n, MAX_ADDRESS - 0xfffn];
const pageAt = fc
  .tuple(
    fc.oneof({ arbitrary: fc.constantFrom(...EDGES), weight: 3 }, fc.constantFrom(...FAR_EDGES)),
    fc.integer({ min: -4, max: 12 }),
  )
  .map(([edge, pages]) => BigInt.asUintN(64, edge + BigInt(pages) * PAGE));

export const address = fc
  .tuple(pageAt, fc.constantFrom(0n, 0n, 0n, 1n, 0x7ffn, 0x800n, 0xffen, 0xfffn))
  .map(([page, offset]) => page + offset);

/** Bytes of a mapping or access: mostly up to 80 whole pages. */
const bytes = fc.oneof(
  { arbitrary: fc.constantFrom(1n, 1n, 2n, 3n).map((pages) => pages * PAGE), weight: 7 },
  { arbitrary: fc.integer({ min: 1, max: 80 }).map((pages) => BigInt(pages) * PAGE), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 0x3000 }).map(BigInt), weight: 1 },
);

function rangeFrom(start: bigint, length: bigint): AddressRange<Iova> {
  const end = start + length - 1n;
  return { start: toIova(start), end: toIova(end < MAX_ADDRESS ? end : MAX_ADDRESS) };
}

export const range = fc
  .tuple(fc.oneof(pageAt, address), bytes)
  .map(([start, length]) => rangeFrom(start, length));

/** A mapping that MAP can make: the guest-physical range does not wrap. */
export const mapping = fc
  .tuple(range, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 7 }), fc.boolean())
  .map(([{ start, end }, page, flags, isIdentity]): Mapping => {
    const physStart = toGpa(isIdentity ? start : BigInt(page) * PAGE);
    return { virtStart: start, virtEnd: end, physStart, flags };
  });

const place = fc.nat(WINDOW_PLACES.length - 1);
const places = fc.uniqueArray(place, { maxLength: 3 });
type Part = 'whole' | 'lower' | 'upper';
const part = fc.constantFrom<Part>('whole', 'lower', 'upper');

function placeAt(place: number): AddressRange<Iova> {
  const range = WINDOW_PLACES[place];
  assert(range !== undefined, `there is place ${place}`);
  return range;
}

/** A place, or a half of it. */
function partOf({ start, end }: AddressRange<Iova>, part: Part): AddressRange<Iova> {
  const middle = (start + end) / 2n;
  return {
    start: part === 'upper' ? toIova(middle) : start,
    end: part === 'lower' ? toIova(middle) : end,
  };
}

/** Windows at some places, by ascending address. */
function windowsAt(parts: ReadonlyMap<number, Part>): readonly RegionWindow[] {
  return WINDOW_PLACES.flatMap((range, place) => {
    const part = parts.get(place);
    return part === undefined ? [] : [{ ...partOf(range, part), flags: place % 4 }];
  });
}

/** What endpoints bring along. An MSI region is refused in bypass mode, too. */
export const endpointWindows = fc
  .record({
    doorbell: fc.option(fc.tuple(place, part), { nil: undefined }),
    refused: places,
    own: fc.option(fc.array(fc.tuple(place, part)), { nil: undefined }),
  })
  .map(({ doorbell, refused, own }): EndpointWindows => {
    const all = doorbell === undefined ? refused : [...refused, doorbell[0]];
    const windows = windowsAt(new Map(all.map((place) => [place, 'whole'])));
    return {
      doorbell: doorbell && partOf(placeAt(doorbell[0]), doorbell[1]),
      refused: windows.map((window) => ({ ...window, flags: 0 })),
      own: own && windowsAt(new Map(own)),
    };
  });

/** One store under test. */
export class StoreWorld<S extends MappingStore = MappingStore> {
  readonly store: S;
  readonly #bindings: Binding[];
  readonly #rights = new Map<number, readonly number[]>();

  constructor(store: S, endpoints: readonly EndpointWindows[]) {
    this.store = store;
    for (const windows of endpoints) store.addEndpoint(windows);
    this.#bindings = endpoints.map(() => 'unattached');
    for (const domain of DOMAINS) this.createDomain(domain);
    for (const endpoint of endpoints.keys()) this.bind(endpoint, DOMAINS[endpoint % 2] ?? 0);
  }

  /** Remembers what is kept beside the store; the answer brings it back. */
  remember(): () => void {
    const bindings = [...this.#bindings];
    const rights = [...this.#rights];
    return () => {
      this.#bindings.splice(0, Infinity, ...bindings);
      for (const [domain, each] of rights) this.#rights.set(domain, each);
    };
  }

  createDomain(domain: number): void {
    this.store.createDomain(domain);
    this.setWindows(domain, []);
  }

  /** Windows around all those of any endpoint, with these rights, by place. */
  setWindows(domain: number, rights: readonly number[]): void {
    this.#rights.set(domain, rights);
    const windows = WINDOW_PLACES.map((each, place) => ({ ...each, flags: rights[place] ?? 0 }));
    this.store.setWindows(domain, windows);
  }

  bind(endpoint: number, binding: Binding): void {
    this.#bindings[endpoint] = binding;
    this.store.bind(endpoint, binding);
  }

  /** Drops a domain and makes it anew; its endpoints are back in it then. */
  recreate(domain: number): void {
    const inside = this.#bindings.flatMap((binding, endpoint) =>
      binding === domain ? [endpoint] : [],
    );
    for (const endpoint of inside) this.store.bind(endpoint, 'unattached');
    this.store.destroyDomain(domain);
    this.createDomain(domain);
    for (const endpoint of inside) this.store.bind(endpoint, domain);
  }

  /** Adds a mapping, unless it would have rights where a window has none. */
  insert(domain: number, mapping: Mapping): unknown {
    const rights = this.#rights.get(domain) ?? [];
    const isHidden = WINDOW_PLACES.some(
      ({ start, end }, place) =>
        (rights[place] ?? 0) === 0 && mapping.virtStart <= end && mapping.virtEnd >= start,
    );
    return this.store.insert(domain, isHidden ? { ...mapping, flags: mapping.flags & 4 } : mapping);
  }

  /** One access to its end, however many calls it takes: its segments, or where and why it ended. */
  access(endpoint: number, start: bigint, length: number, access: Access): unknown {
    const { store } = this;
    // What is found without a call is one segment
    const found = store.locate(endpoint, highWord(start), lowWord(start), length, access);
    if (found >= 0) return [[BigInt(found), length]];
    const outcome = store.translate(endpoint, highWord(start), lowWord(start), length, access);
    if (outcome !== TRANSLATE_TOO_MANY) return this.#answer(outcome);
    const answers = [this.#answer(outcome)];
    let last = outcome;
    for (let done = 0; last === TRANSLATE_TOO_MANY;) {
      const { stopHigh, stopLow } = store.result;
      done = Number(BigInt.asUintN(64, joinWords(stopHigh, stopLow) - start));
      last = store.resume(endpoint, stopHigh, stopLow, length - done, access);
      answers.push(this.#answer(last));
    }
    store.settle(endpoint, last > 0, length);
    return answers;
  }

  segments(count: number): readonly (readonly [bigint, number])[] {
    const { result } = this.store;
    return Array.from({ length: count }, (_, index) => [
      joinWords(result.high(index), result.low(index)),
      result.length(index),
    ]);
  }

  /** All that can be asked of the store without changing it. */
  contents(): unknown {
    const domains = DOMAINS.map((domain) => [
      this.store.size(domain),
      this.store.list(domain, toIova(0n), 10_000),
    ]);
    const counters = this.#bindings.map((_, endpoint) => this.store.counters(endpoint));
    return { domains, counters };
  }

  #answer(outcome: number): unknown {
    const { result } = this.store;
    if (outcome === TRANSLATE_DOORBELL) return 'doorbell';
    if (outcome === TRANSLATE_FAULT) return [result.stopHigh, result.stopLow, result.reason];
    if (outcome === TRANSLATE_TOO_MANY) return [result.stopHigh, result.stopLow];
    return this.segments(outcome);
  }
}
