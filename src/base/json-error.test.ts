import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorOf } from './json-error.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON with some of it cut out, put in or exchanged. */
const broken = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom('', '"', ',', '}', ']', '{', '0', '\n', 'x'),
  )
  .map(([text, place, cut, added]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + added + text.slice(at + cut);
  });

describe('jsonErrorOf', () => {
  it('finds an error where there is one, and none in JSON', () => {
    fc.assert(
      fc.property(fc.oneof(broken, fc.string(), fc.json()), (text) => {
        expect(jsonErrorOf(text) === undefined).toBe(isJson(text));
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  it.each([
    ['', 1, 1, 'here must be a value, not the end'],
    ['{"a": 1,}', 1, 9, 'here must be a name in double quotes, not }'],
    ['{\n "a": 1\n "b": 2}', 3, 2, 'here must be a comma or }, not "'],
    ['[1 2]', 1, 4, 'here must be a comma or ], not 2'],
    ["{'a': 1}", 1, 2, "here must be a name in double quotes, not '"],
    ['{"a" 1}', 1, 6, 'here must be a colon, not 1'],
    ['{"a": tru}', 1, 7, 'here must be a value, not t'],
    ['["a\n"]', 1, 4, 'here must be the end of a text in double quotes, not a new line'],
    ['{} {}', 1, 4, 'here must be the end, not {'],
    ['01', 1, 2, 'here must be the end, not 1'],
  ])('says where and what: %j', (text, line, column, reason) => {
    expect(jsonErrorOf(text)).toEqual({ line, column, reason });
  });

  it('has no limit of depth', () => {
    expect(jsonErrorOf('['.repeat(100_000))).toMatchObject({ line: 1, column: 100_001 });
  });
});
