import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildParserFile } from '@lezer/generator';
import { expect, it } from 'vitest';
import { formatted } from '../../../test/support/formatted.ts';

const PARSER = join(import.meta.dirname, 'filter-parser.ts');
const HEADER = '// Made from filter.grammar by `npm run grammar`.';

it('has a parser that is made from the grammar as it is', async () => {
  const grammar = await readFile(join(import.meta.dirname, 'filter.grammar'), 'utf8');
  const { parser } = buildParserFile(grammar, { typeScript: true });
  const text = parser.replace(/^\/\/.*/, HEADER);
  await expect(await formatted(PARSER, text)).toMatchFileSnapshot(PARSER);
});
