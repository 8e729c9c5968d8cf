import { describe, expect, it } from 'vitest';
import { MAX_ADDRESS, toGpa, toIova } from '../../memory/address.ts';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  MAX_SEGMENTS,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type Mapping,
  type MappingStore,
} from './mapping-store.ts';
import { NO_WINDOWS } from '../regions/region-window.ts';
import { STORES } from '../../../test/support/stores.ts';

const DOMAIN = 7;
/** The number of the first endpoint of a store. */
const ENDPOINT = 0;
const OTHER_DOMAIN = 0xffff_ffff;
const READ_WRITE = ACCESS_READ | ACCESS_WRITE;
const LAST_PAGE = MAX_ADDRESS - 0xfffn;

function mapping(start: bigint, end: bigint, phys: bigint, flags = READ_WRITE): Mapping {
  return { virtStart: toIova(start), virtEnd: toIova(end), physStart: toGpa(phys), flags };
}

function range(start: bigint, end: bigint) {
  return { start: toIova(start), end: toIova(end) };
}

/** Translates and returns [address, length] pairs, or the code and where it stopped. */
function translate(
  store: MappingStore,
  address: bigint,
  length: number,
  access: Access = ACCESS_READ,
): unknown {
  const high = Number(address >> 32n);
  const low = Number(address & 0xffff_ffffn);
  const count = store.translate(ENDPOINT, high, low, length, access);
  const { result } = store;
  const join = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);
  if (count < 0) return { code: count, stop: join(result.stopHigh, result.stopLow) };
  return Array.from({ length: count }, (_, index) => [
    join(result.high(index), result.low(index)),
    result.length(index),
  ]);
}

describe.each(STORES)('%s', (_name, makeStore) => {
  function storeWith(...mappings: readonly Mapping[]): MappingStore {
    const store = makeStore();
    store.createDomain(DOMAIN);
    expect(store.addEndpoint(NO_WINDOWS)).toBe(ENDPOINT);
    store.bind(ENDPOINT, DOMAIN);
    for (const each of mappings) expect(store.insert(DOMAIN, each)).toBe('inserted');
    return store;
  }

  describe('insert', () => {
    it.each([
      ['the same range', 0x1000n, 0x1fffn],
      ['its first byte', 0n, 0x1000n],
      ['its last byte', 0x1fffn, 0x2fffn],
      ['a part inside', 0x1800n, 0x1801n],
      ['all of it and more', 0n, MAX_ADDRESS],
    ])('refuses %s of an existing mapping', (_what, start, end) => {
      const store = storeWith(mapping(0x1000n, 0x1fffn, 0n));
      expect(store.insert(DOMAIN, mapping(start, end, 0n))).toBe('overlap');
      expect(store.size(DOMAIN)).toEqual({ mappings: 1, bytes: 0x1000n });
    });

    it('takes neighbours on both sides, single bytes, and both ends of the space', () => {
      const store = storeWith(
        mapping(0x1000n, 0x1fffn, 0n),
        mapping(0x2000n, 0x2000n, 0n),
        mapping(0xfffn, 0xfffn, 0n),
        mapping(0n, 0n, 0n),
        mapping(MAX_ADDRESS, MAX_ADDRESS, 0n),
      );
      expect(store.list(DOMAIN, toIova(0n), 10).map(({ virtStart }) => virtStart)).toEqual([
        0n,
        0xfffn,
        0x1000n,
        0x2000n,
        MAX_ADDRESS,
      ]);
    });

    it('takes one mapping of the whole space and counts 2^64 bytes', () => {
      const store = storeWith(mapping(0n, MAX_ADDRESS, 0n));
      expect(store.size(DOMAIN)).toEqual({ mappings: 1, bytes: 1n << 64n });
      expect(store.overlaps(DOMAIN, range(5n, 5n))).toBe(true);
      expect(translate(store, MAX_ADDRESS, 1)).toEqual([[MAX_ADDRESS, 1]]);
    });

    it('keeps domains apart', () => {
      const store = storeWith(mapping(0n, 0xfffn, 0x5000n));
      store.createDomain(OTHER_DOMAIN);
      expect(store.insert(OTHER_DOMAIN, mapping(0n, 0xfffn, 0x6000n))).toBe('inserted');
      store.destroyDomain(OTHER_DOMAIN);
      expect(translate(store, 0n, 1)).toEqual([[0x5000n, 1]]);
    });
  });

  // The examples of virtio 1.2, 5.13.6.6: [number, mapped ranges, unmapped range, outcome, what is left]
  it.each([
    [1, [], [0n, 4n], 0, []],
    [2, [[0n, 9n]], [0n, 9n], 1, []],
    [
      3,
      [
        [0n, 4n],
        [5n, 9n],
      ],
      [0n, 9n],
      2,
      [],
    ],
    [4, [[0n, 9n]], [0n, 4n], 'would-split', [[0n, 9n]]],
    [
      5,
      [
        [0n, 4n],
        [5n, 9n],
      ],
      [0n, 4n],
      1,
      [[5n, 9n]],
    ],
    [6, [[0n, 4n]], [0n, 9n], 1, []],
    [
      7,
      [
        [0n, 4n],
        [10n, 14n],
      ],
      [0n, 14n],
      2,
      [],
    ],
  ] as const)(
    'removes as in UNMAP example (%i)',
    (_number, mapped, [start, end], outcome, left) => {
      const store = storeWith(...mapped.map(([from, to]) => mapping(from, to, from)));
      expect(store.remove(DOMAIN, range(start, end))).toBe(outcome);
      const rest = store.list(DOMAIN, toIova(0n), 10);
      expect(rest.map(({ virtStart, virtEnd }) => [virtStart, virtEnd])).toEqual(left);
    },
  );

  it('removes nothing when only the last of several mappings would be cut', () => {
    const store = storeWith(mapping(0n, 4n, 0n), mapping(5n, 9n, 0n), mapping(10n, 19n, 0n));
    expect(store.remove(DOMAIN, range(0n, 15n))).toBe('would-split');
    expect(store.size(DOMAIN)).toEqual({ mappings: 3, bytes: 20n });
  });

  it('removes everything, up to the last byte of the space', () => {
    const store = storeWith(mapping(0n, 0n, 0n), mapping(LAST_PAGE, MAX_ADDRESS, 0n));
    expect(store.remove(DOMAIN, range(0n, MAX_ADDRESS))).toBe(2);
    expect(store.size(DOMAIN)).toEqual({ mappings: 0, bytes: 0n });
  });

  it('lists from the mapping that holds the address, at most as many as asked for', () => {
    const store = storeWith(mapping(0n, 9n, 0n), mapping(10n, 19n, 5n), mapping(30n, 39n, 7n, 1));
    expect(store.list(DOMAIN, toIova(15n), 1)).toEqual([mapping(10n, 19n, 5n)]);
    expect(store.list(DOMAIN, toIova(20n), 9)).toEqual([mapping(30n, 39n, 7n, 1)]);
    expect(store.list(DOMAIN, toIova(40n), 9)).toEqual([]);
  });

  describe('translate', () => {
    it('crosses adjacent mappings, one segment for each stretch of memory', () => {
      const store = storeWith(
        mapping(0x1000n, 0x1fffn, 0x8000n),
        mapping(0x2000n, 0x2fffn, 0x9000n),
        mapping(0x3000n, 0x3fffn, 0x4000n),
      );
      expect(translate(store, 0x1800n, 0x2000)).toEqual([
        [0x8800n, 0x1800],
        [0x4000n, 0x800],
      ]);
    });

    it('works across 4 GiB and up to the last byte of the space', () => {
      const store = storeWith(
        mapping(0xffff_f000n, 0x1_0000_0fffn, 0x7_ffff_f000n),
        mapping(LAST_PAGE, MAX_ADDRESS, 0x3000n),
      );
      expect(translate(store, 0xffff_fffen, 4)).toEqual([[0x7_ffff_fffen, 4]]);
      expect(translate(store, MAX_ADDRESS, 1)).toEqual([[0x3fffn, 1]]);
      expect(translate(store, MAX_ADDRESS, 2)).toEqual({ code: TRANSLATE_FAULT, stop: 0n });
    });

    it.each([
      ['below the first mapping', 0xfffn, 2, ACCESS_READ, 0xfffn],
      ['past the last mapping', 0x3fffn, 2, ACCESS_WRITE, 0x4000n],
      ['where a piece is read-only', 0x1fffn, 2, ACCESS_WRITE, 0x2000n],
      ['where a piece is write-only', 0x2fffn, 2, ACCESS_READ, 0x3000n],
      ['where nothing is mapped', 0x9000n, 1, ACCESS_READ, 0x9000n],
    ] as const)('stops at the first byte %s', (_where, address, length, access, stop) => {
      const store = storeWith(
        mapping(0x1000n, 0x1fffn, 0x1000n),
        mapping(0x2000n, 0x2fffn, 0x2000n, ACCESS_READ),
        mapping(0x3000n, 0x3fffn, 0x3000n, ACCESS_WRITE),
      );
      expect(translate(store, address, length, access)).toEqual({ code: TRANSLATE_FAULT, stop });
    });

    it('allows no access through a mapping without rights', () => {
      const store = storeWith(mapping(0n, 0xfffn, 0n, 0));
      expect(translate(store, 0n, 1, ACCESS_READ)).toEqual({ code: TRANSLATE_FAULT, stop: 0n });
      expect(translate(store, 0n, 1, ACCESS_WRITE)).toEqual({ code: TRANSLATE_FAULT, stop: 0n });
    });

    it('answers MAX_SEGMENTS pieces and says where to go on', () => {
      const pages = Array.from({ length: MAX_SEGMENTS + 1 }, (_, page) => BigInt(page) * 0x1000n);
      const store = storeWith(...pages.map((page) => mapping(page, page + 0xfffn, page * 2n)));
      const stop = BigInt(MAX_SEGMENTS) * 0x1000n;
      expect(translate(store, 0n, MAX_SEGMENTS * 0x1000)).toHaveLength(MAX_SEGMENTS);
      expect(translate(store, 0n, MAX_SEGMENTS * 0x1000 + 1)).toEqual({
        code: TRANSLATE_TOO_MANY,
        stop,
      });
      expect(store.result.low(MAX_SEGMENTS - 1)).toBe((MAX_SEGMENTS - 1) * 0x2000);
      expect(store.result.length(MAX_SEGMENTS - 1)).toBe(0x1000);
    });
  });

  describe('caps', () => {
    it('refuses a domain too many, and takes it when another is gone', () => {
      const store = makeStore({ maxDomains: 2, maxMappings: 1 });
      expect([1, 2, 3].map((id) => store.createDomain(id))).toEqual(['created', 'created', 'full']);
      store.destroyDomain(1);
      expect(store.createDomain(3)).toBe('created');
    });

    it('refuses a mapping too many over all domains, and takes it when another is gone', () => {
      const store = makeStore({ maxDomains: 2, maxMappings: 2 });
      store.createDomain(1);
      store.createDomain(2);
      expect(store.insert(1, mapping(0n, 0n, 0n))).toBe('inserted');
      expect(store.insert(2, mapping(0n, 0n, 0n))).toBe('inserted');
      expect(store.insert(1, mapping(1n, 1n, 0n))).toBe('full');
      store.destroyDomain(2);
      expect(store.insert(1, mapping(1n, 1n, 0n))).toBe('inserted');
    });

    it.each([0, 1.5, -1, 2 ** 30])('cannot be %d', (count) => {
      expect(() => makeStore({ maxDomains: count, maxMappings: 1 })).toThrow('maxDomains');
      expect(() => makeStore({ maxDomains: 1, maxMappings: count })).toThrow('maxMappings');
    });
  });

  describe('save and restore', () => {
    it.each(STORES)('moves everything into a %s', (_target, makeTarget) => {
      const store = storeWith(mapping(0n, 9n, 5n), mapping(LAST_PAGE, MAX_ADDRESS, 0n, 1));
      store.createDomain(OTHER_DOMAIN);
      const target = makeTarget();
      target.createDomain(1);
      target.restore(store.save());
      expect(target.list(DOMAIN, toIova(0n), 9)).toEqual(store.list(DOMAIN, toIova(0n), 9));
      expect(target.size(OTHER_DOMAIN).mappings).toBe(0);
      expect(target.createDomain(1)).toBe('created');
      expect(target.save().length).toBe(store.save().length + 8);
    });

    it('refuses bytes that are cut short or no image', () => {
      const image = storeWith(mapping(0n, 9n, 5n)).save();
      const store = makeStore();
      expect(() => store.restore(image.subarray(0, image.length - 1))).toThrow('damaged');
      expect(() => store.restore(new Uint8Array(64))).toThrow('damaged');
    });

    it('refuses more than its caps hold', () => {
      const image = storeWith(mapping(0n, 9n, 5n), mapping(10n, 19n, 5n)).save();
      expect(() => makeStore({ maxDomains: 1, maxMappings: 1 }).restore(image)).toThrow('full');
    });
  });
});
