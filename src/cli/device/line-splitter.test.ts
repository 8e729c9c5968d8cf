import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LineSplitter, type SplitLine } from './line-splitter.ts';

const MAX_BYTES = 10;

/** Everything that comes out of a stream cut into chunks of these sizes, the last one again and again. */
function split(text: string, sizes: readonly number[]): readonly SplitLine[] {
  const bytes = new TextEncoder().encode(text);
  const splitter = new LineSplitter(MAX_BYTES);
  const lines: SplitLine[] = [];
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? 1;
    lines.push(...splitter.add(bytes.slice(from, from + size)));
    from += size;
  }
  return [...lines, ...splitter.end()];
}

describe('LineSplitter', () => {
  it.each([
    ['nothing', '', []],
    ['lines', 'a\nbc\n', ['a', 'bc']],
    ['a last line without its line feed', 'a\nbc', ['a', 'bc']],
    ['empty lines', '\n\na\n', ['', '', 'a']],
    ['the longest line', '1234567890\n', ['1234567890']],
    ['a line one byte too long', 'a\n1234567890x\nb\n', ['a', undefined, 'b']],
    ['a last line that is too long', 'a\n1234567890x', ['a', undefined]],
    ['characters of several bytes', 'äö€\n', ['äö€']],
  ])('finds %s, however the stream is cut', (_what, text, lines) => {
    for (const size of [1, 2, 3, 100]) expect(split(text, [size])).toEqual(lines);
  });

  it('finds the same lines in any chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bb', '€', '\n', '\r', '0123456789'), { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (pieces, sizes) => {
          const text = pieces.join('');
          const whole = text.split('\n').map((line) => {
            return new TextEncoder().encode(line).length > MAX_BYTES ? undefined : line;
          });
          if (whole.at(-1) === '') whole.pop();
          expect(split(text, sizes)).toEqual(whole);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it('keeps nothing of a line that has become too long', () => {
    const splitter = new LineSplitter(MAX_BYTES);
    const chunk = new Uint8Array(1 << 20).fill(0x61);
    for (let count = 0; count < 1000; count++) expect([...splitter.add(chunk)]).toEqual([]);
    expect([...splitter.add(new TextEncoder().encode('\nb\n'))]).toEqual([undefined, 'b']);
  });
});
