import { describe, expect, it } from 'vitest';
import type { Requirement } from '../conformance/requirement.ts';
import type { FieldView } from './inspected.ts';
import { hexWords, isFieldLit, isRuleLit, piecesOf } from './lit.ts';

function fieldAt(offset: number, size: number, key = 'map.flags'): FieldView {
  return { id: `request ${offset}`, key, name: 'flags', offset, size, words: [] };
}

function ruleOf(...fields: readonly string[]): Requirement {
  return { id: fields.join(), level: 'MUST', section: '5.13', requirement: '', fields, tests: [] };
}

describe('what is pointed at', () => {
  const flags = fieldAt(32, 4);
  const domain = fieldAt(4, 4, 'map.domain');
  const rule = ruleOf('map.flags');

  it('lights a field and its rules, and no others', () => {
    const pointed = { kind: 'field', field: flags } as const;
    expect([flags, domain].map((each) => isFieldLit(pointed, each))).toEqual([true, false]);
    expect([rule, ruleOf('map.domain')].map((each) => isRuleLit(pointed, each))).toEqual([
      true,
      false,
    ]);
  });

  it('lights a rule and its fields, and no others', () => {
    const pointed = { kind: 'rule', rule } as const;
    expect([flags, domain].map((each) => isFieldLit(pointed, each))).toEqual([true, false]);
    expect([rule, ruleOf('map.domain')].map((each) => isRuleLit(pointed, each))).toEqual([
      true,
      false,
    ]);
  });

  it('lights nothing when it is nothing', () => {
    expect([isFieldLit(null, flags), isRuleLit(null, rule)]).toEqual([false, false]);
  });
});

describe('the pieces of some bytes', () => {
  it('are all bytes once: fields, what lies between, what was cut', () => {
    const bytes = Uint8Array.from({ length: 12 }, (_unused, index) => index);
    const fields = [fieldAt(0, 2), fieldAt(4, 4), fieldAt(10, 8), fieldAt(20, 4)];
    const pieces = piecesOf({ bytes, fields });
    expect(
      pieces.map(({ field, offset, bytes: own }) => [field?.offset, offset, own.length]),
    ).toEqual([
      [0, 0, 2],
      [undefined, 2, 2],
      [4, 4, 4],
      [undefined, 8, 2],
      [10, 10, 2],
    ]);
  });

  it.each([
    [[0, 16, 240], '00 10 f0'],
    [Array.from({ length: 64 }, () => 0), '00 … (64 bytes)'],
    [Array.from({ length: 8 }, () => 255), 'ff ff ff ff ff ff ff ff'],
    [[], ''],
  ])('are told as hexadecimal: %j', (bytes, words) => {
    expect(hexWords(Uint8Array.from(bytes))).toBe(words);
  });
});
