import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildParserFile } from '@lezer/generator';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';

const PARSER = join(import.meta.dirname, 'filter-parser.ts');
const HEADER = '// Made from filter.grammar by `npm run grammar`.';

it('has a parser that is made from the grammar as it is', async () => {
  const grammar = await readFile(join(import.meta.dirname, 'filter.grammar'), 'utf8');
  const { parser } = buildParserFile(grammar, { typeScript: true });
  const text = parser.replace(/^\/\/.*/, HEADER);
  const options = { ...(await resolveConfig(PARSER)), filepath: PARSER };
  await expect(await format(text, options)).toMatchFileSnapshot(PARSER);
});
