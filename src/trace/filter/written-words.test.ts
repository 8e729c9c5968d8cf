import { describe, expect, it } from 'vitest';
import { writtenWords } from './written-words.ts';

function words(text: string): readonly string[] {
  return writtenWords(text).map(({ from, to, kind }) => `${text.slice(from, to)} ${kind}`);
}

describe('the words of a filter', () => {
  it('are what the grammar takes them for', () => {
    expect(
      words('kind == map && !(iova in {0x1000, 2..3}) || by("vi*") && flags has read'),
    ).toEqual([
      'kind field',
      '== operator',
      'map name',
      '&& operator',
      '! operator',
      'iova field',
      'in operator',
      '0x1000 number',
      '2 number',
      '3 number',
      '|| operator',
      'by function',
      '"vi*" text',
      '&& operator',
      'flags field',
      'has operator',
      'read name',
    ]);
  });

  it('are known up to what is wrong, and behind it', () => {
    expect(words('kind = map && domain == 3')).toEqual([
      'kind field',
      '&& operator',
      'domain field',
      '== operator',
      '3 number',
    ]);
    expect(words('kind == "ma')).toEqual(['kind field', '== operator', 'ma name']);
  });

  it('are looked for in no text that is longer than people write, however deep it nests', () => {
    expect(words('!'.repeat(4_096)).length).toBeGreaterThan(4_000);
    expect(words('!'.repeat(60_000))).toEqual([]);
  });
});
