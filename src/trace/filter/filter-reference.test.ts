import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIELDS } from './fields.ts';
import { parseFilter } from './parse-filter.ts';

async function section(): Promise<string> {
  const document = join(import.meta.dirname, '../../../ARCHITECTURE.md');
  const text = await readFile(document, 'utf8');
  return text.split('\n## ').find((part) => part.startsWith('The filter language')) ?? '';
}

describe('the reference of the filter language', () => {
  it('has every field as it is', async () => {
    const rows = (await section()).split('\n').filter((line) => line.startsWith('| `'));
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
    expect(cells.map((all) => all.slice(1, 5))).toEqual(
      [...FIELDS].map(([name, { type, about, names = [] }]) => [
        `\`${name}\``,
        type,
        about,
        names.map((each) => `\`${each}\``).join(', '),
      ]),
    );
  });

  it('has examples that can be used', async () => {
    const examples = (await section()).split('```')[1]?.trim().split('\n') ?? [];
    expect(examples.length).toBeGreaterThan(3);
    expect(examples.filter((example) => !parseFilter(example).isValid)).toEqual([]);
  });
});
