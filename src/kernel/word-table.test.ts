import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOT_KEPT, WordTable } from './word-table.ts';

const ROOMY = { sequences: 10_000, words: 100_000 };

describe('WordTable', () => {
  it('numbers sequences as they come first, like a map of their texts', () => {
    const few = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 });
    const many = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 40 });
    const draws = fc.array(fc.oneof(few, many), { maxLength: 500 });
    fc.assert(
      fc.property(draws, (sequences) => {
        const table = new WordTable(ROOMY);
        const model = new Map<string, number>();
        for (const sequence of sequences) {
          const key = sequence.join();
          if (!model.has(key)) model.set(key, model.size + 1);
          const padded = Uint32Array.of(7, ...sequence, 7);
          expect(table.intern(padded, 1, padded.length - 1)).toBe(model.get(key));
        }
        expect(table.count).toBe(model.size);
        for (const [key, index] of model) expect(table.get(index).join()).toBe(key);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it.each([
    ['sequences', { sequences: 2, words: 100 }],
    ['words', { sequences: 100, words: 5 }],
  ])('keeps what it has when there is no room for more %s', (_what, caps) => {
    const table = new WordTable(caps);
    const words = Uint32Array.of(1, 2, 3, 4, 5, 6);
    expect([table.intern(words, 0, 2), table.intern(words, 2, 4)]).toEqual([1, 2]);
    expect([table.intern(words, 4, 6), table.intern(words, 3, 5)]).toEqual([NOT_KEPT, NOT_KEPT]);
    expect(table.lost).toBe(2);
    expect([table.intern(words, 2, 4), table.count]).toEqual([2, 2]);
    expect([...table.get(2)]).toEqual([3, 4]);
  });

  it('has nothing at an index that it never gave', () => {
    const table = new WordTable(ROOMY);
    expect([...table.get(0), ...table.get(1), ...table.get(-1)]).toEqual([]);
  });
});
