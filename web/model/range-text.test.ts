import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeBetween } from '../../src/trace/record/time-range.ts';
import { parseRange, printRange } from './range-text.ts';

const MOST_TICKS = 999_999_999_999_999;

describe('a range as text', () => {
  it('is read as it was written, to the tick', () => {
    const ticks = fc.integer({ min: 0, max: MOST_TICKS });
    fc.assert(
      fc.property(ticks, ticks, (one, other) => {
        fc.pre(one !== other);
        const range = rangeBetween(one / 100_000, other / 100_000);
        expect(parseRange(printRange(range))).toEqual({ isValid: true, range });
      }),
    );
  });

  it.each([
    ['1.5s..2.25s', 1500, 2250],
    ['1.5..2.25', 1500, 2250],
    ['2.25s..1.5s', 1500, 2250],
    ['0s..9999999.99999999s', 0, 9_999_999_999.99999],
  ])('%s is from %d to %d ms', (text, fromMs, toMs) => {
    expect(parseRange(text)).toEqual({ isValid: true, range: { fromMs, toMs } });
  });

  it.each([
    ['', 'is no range of time'],
    ['1s', 'is no range of time'],
    ['1s..', 'is no range of time'],
    ['-1s..2s', 'is no range of time'],
    ['1e9s..2s', 'is no range of time'],
    ['10000000s..1s', 'is no range of time'],
    ['0s..Infinitys', 'is no range of time'],
    ['1ms..2ms', 'is no range of time'],
    ['0.000000001s..2s', 'is no range of time'],
    ['2s..2.00s', 'ends where it begins'],
  ])('%j %s', (text, problem) => {
    const read = parseRange(text);
    expect(read).toMatchObject({ isValid: false });
    expect(read).toHaveProperty('problem', expect.stringContaining(problem));
    expect(read).toHaveProperty('problem', expect.stringContaining('range=1.5s..2.25s'));
  });

  it('shows no more of a wrong one than fits on the page', () => {
    expect(parseRange('9'.repeat(5000))).toHaveProperty(
      'problem',
      expect.stringMatching(/^.{1,180}$/),
    );
  });
});
