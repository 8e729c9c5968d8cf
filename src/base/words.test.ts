import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { addHigh, addLow, highWord, joinWords, lowWord } from './words.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('64-bit words', () => {
  it('splits and joins any word without loss', () => {
    fc.assert(fc.property(u64, (value) => joinWords(highWord(value), lowWord(value)) === value));
  });

  it('adds an offset as 64-bit arithmetic does, wrapping at 2^64', () => {
    fc.assert(
      fc.property(u64, fc.integer({ min: 0, max: 2 ** 32 }), (value, offset) => {
        const high = highWord(value);
        const low = lowWord(value);
        const sum = joinWords(addHigh(high, low, offset), addLow(low, offset));
        expect(sum).toBe(BigInt.asUintN(64, value + BigInt(offset)));
      }),
    );
  });
});
