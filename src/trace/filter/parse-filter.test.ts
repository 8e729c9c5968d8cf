import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../test/support/any-filter.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { parseFilter } from './parse-filter.ts';
import { printFilter } from './print-filter.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const anyFilter = filterOf({
  number: fc.oneof(
    fc.bigInt(0n, 20n),
    fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
    fc.bigInt(0n, 1n << 24n).map((pages) => pages << 12n),
    fc.bigInt(0n, 100_000n).map((us) => us * 1000n),
  ),
  text: anyText,
  endpoint: anyText,
  symbol: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
});

function printed(text: string): string {
  const parsed = parseFilter(text);
  return parsed.isValid ? printFilter(parsed.filter) : parsed.problem.message;
}

describe('parseFilter', () => {
  it('reads back every filter that is printed', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expectSame(parseFilter(printFilter(filter)), { isValid: true, filter });
      }),
      { numRuns: 1000 },
    );
  });

  it('knows which values are meant by a comparison', () => {
    expect(parseFilter('!(time >= 1.5ms) && kind in {faulted, MAP} || by("x")')).toEqual({
      isValid: true,
      filter: {
        type: 'any',
        terms: [
          {
            type: 'all',
            terms: [
              {
                type: 'not',
                term: {
                  type: 'comparison',
                  field: 'time',
                  operator: '>=',
                  value: { type: 'number', value: 1_500_000n },
                },
              },
              {
                type: 'membership',
                field: 'kind',
                items: [
                  { type: 'name', name: 'fault' },
                  { type: 'name', name: 'map' },
                ],
              },
            ],
          },
          { type: 'by', symbol: 'x' },
        ],
      },
    });
  });

  it.each([
    ['', ''],
    [' \n', ''],
    ['kind==map&&refused', 'kind == map && refused'],
    ['((kind == map))', 'kind == map'],
    ['refused && reported || interrupted', 'refused && reported || interrupted'],
    ['refused && (reported || interrupted)', 'refused && (reported || interrupted)'],
    ['refused && (reported && interrupted)', 'refused && (reported && interrupted)'],
    ['!!refused', '!!refused'],
    ['!(refused)', '!refused'],
    ['iova in 0xFFF0_0000..4095MiB', 'iova in 0xfff00000..0xfff00000'],
    ['iova in {0x1000, 0x2000..0x2fff}', 'iova in {0x1000, 0x2000..0x2fff}'],
    ['iova in {0x2000..0x2fff}', 'iova in 0x2000..0x2fff'],
    ['length == 4096', 'length == 4KiB'],
    ['length > 1.5KiB', 'length > 1536'],
    ['length == 0x1001', 'length == 4097'],
    ['time < 90s || time < 1.5min || time > 2h', 'time < 90s || time < 90s || time > 7200s'],
    ['time == 0.25us', 'time == 250ns'],
    ['endpoint in {virtio-blk, 0x1002}', 'endpoint in {"virtio-blk", 4098}'],
    ["task == 'it\\'s'", 'task == "it\'s"'],
    ['console ~ "\\u0041\\t\\\\"', 'console ~ "A\\t\\\\"'],
    ['status in {NOENT, 9}', 'status in {noent, 9}'],
    ['flags has Write', 'flags has write'],
    ['flags == 3', 'flags == 3'],
    ['kind in {mapped, unmapped, "faulted"}', 'kind in {map, unmap, fault}'],
  ])('prints "%s" as "%s"', (text, canonical) => {
    expect(printed(text)).toBe(canonical);
    expect(printed(canonical)).toBe(canonical);
  });

  it('never throws, whatever it reads', () => {
    const words = fc.constantFrom(
      ...'kind endpoint iova refused flags task time by in has == != ~ < && || ! ( ) { } , .. "x" \'y\' "'.split(
        ' ',
      ),
      '4KiB',
      '1.5ms',
      '0x',
      'map',
      '\\',
      'é',
      '\u{1f600}',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.array(words, { maxLength: 30 }).map((all) => all.join(' ')),
        ),
        (text) => {
          const parsed = parseFilter(text);
          const { from, to } = parsed.isValid ? { from: 0, to: 0 } : parsed.problem;
          expectSame([from >= 0, to >= from, to <= text.length], [true, true, true]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['parentheses', '('.repeat(65_536), 64],
    ['negations', '!'.repeat(65_536), 64],
    ['both', '!('.repeat(30_000), 64],
    ['balanced parentheses', `${'('.repeat(30_000)}refused${')'.repeat(30_000)}`, 64],
    ['terms in parentheses', 'refused && ('.repeat(5000), 64 * 12 + 11],
    ['a word', 'x'.repeat(65_536), 0],
    ['quotes', '"'.repeat(65_535), 0],
    ['a text that does not end', `task == "${'a'.repeat(65_000)}`, 8],
    ['a number', `iova == ${'1'.repeat(65_000)}`, 8],
    ['a hexadecimal number', `iova == 0x${'1'.repeat(65_000)}`, 8],
    ['a fraction', `length == 1.${'1'.repeat(65_000)}KiB`, 11],
    ['an open set', `iova in {${'1,'.repeat(30_000)}`, 60_009],
    ['an open text', `task == "${'\\'.repeat(65_001)}`, 8],
    ['other words', 'not '.repeat(16_000), 0],
    ['too much', ' '.repeat(65_537), 65_536],
  ])('refuses 64 KiB of %s at the right character', (_what, text, from) => {
    expect(parseFilter(text)).toMatchObject({ isValid: false, problem: { from } });
  });

  it('reads 64 KiB that are right', () => {
    const numbers = Array.from({ length: 7000 }, (_, index) => index + 20_000);
    const text = `domain in {${numbers.join(', ')}} && pid in {${numbers.slice(0, 2000).join(',')}}`;
    expect(parseFilter(text)).toMatchObject({ isValid: true, filter: { type: 'all' } });
  });

  it('takes no more terms than can be looked at for each event', () => {
    const terms = (count: number): string => Array.from({ length: count }, () => 'ring').join('&&');
    expect(parseFilter(terms(256))).toMatchObject({ isValid: true });
    expect(parseFilter(terms(257))).toMatchObject({ problem: { from: 256 * 6, to: 256 * 6 + 4 } });
  });
});
