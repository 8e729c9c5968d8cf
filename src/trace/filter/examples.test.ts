import { expect, it } from 'vitest';
import { EXAMPLE_FILTERS } from './examples.ts';
import { parseFilter } from './parse-filter.ts';
import { printFilter } from './print-filter.ts';

it.each(EXAMPLE_FILTERS)('$text is a filter as it is printed', ({ text }) => {
  const parsed = parseFilter(text);
  expect(parsed.isValid && printFilter(parsed.filter)).toBe(text);
});
