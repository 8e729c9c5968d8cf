import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { isSameLocator, parseLocator, printLocator, type Locator } from './locator.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const address = fc.bigInt(0n, 0xffff_ffff_ffff_ffffn);

const locator: fc.Arbitrary<Locator> = fc.oneof(
  word.map((id): Locator => ({ kind: 'endpoint', id })),
  word.map((id): Locator => ({ kind: 'domain', id })),
  fc.nat().map((sequence): Locator => ({ kind: 'event', sequence: sequence + 1 })),
  fc
    .tuple(word, address, fc.integer())
    .map(([domain, iova, id]): Locator => ({ kind: 'mapping', domain, iova: toIova(iova), id })),
  fc
    .tuple(word, address)
    .map(([domain, iova]): Locator => ({ kind: 'iova', domain, iova: toIova(iova) })),
  address.map((gpa): Locator => ({ kind: 'page', gpa: toGpa(gpa & ~0xfffn) })),
);

describe('a locator', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(locator, (each) => {
        expect(parseLocator(printLocator(each))).toEqual(each);
      }),
    );
  });

  it('is the same only where it names the same thing', () => {
    fc.assert(
      fc.property(locator, locator, (one, other) => {
        expect(isSameLocator(one, { ...one })).toBe(true);
        expect(isSameLocator(one, other)).toBe(printLocator(one) === printLocator(other));
        expect(isSameLocator(one, null)).toBe(false);
      }),
    );
    expect(isSameLocator(null, null)).toBe(true);
  });

  it('of a page is its first address', () => {
    expect(parseLocator('page:0x1234')).toEqual({ kind: 'page', gpa: 0x1000n });
  });

  it.each([
    '',
    'banana',
    'endpoint',
    'endpoint:',
    'endpoint:-1',
    'endpoint:4294967296',
    'endpoint:1:2',
    'domain:0x4',
    'event:0',
    'event:1e3',
    'mapping:1:0x1000',
    'mapping:1:0x1000:x',
    'mapping:1:0x1000:-0',
    'mapping:1:0x1000:1:2',
    'iova:1:4096',
    'iova:1:0x10000000000000000',
    'page:12',
    'page:0xg',
  ])('is not %j', (text) => {
    expect(parseLocator(text)).toBeNull();
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseLocator(text)));
  });
});
