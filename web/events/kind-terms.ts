// Kinds of events within a filter: which of them it asks for at its top, and the same filter with others.

import type { Expression, Filter } from '../../src/trace/filter/filter-ast.ts';
import { printFilter } from '../../src/trace/filter/print-filter.ts';

/** The kinds that a term asks for and nothing else; undefined for another term. */
function kindsOfTerm(term: Expression): readonly string[] | undefined {
  if (term.type === 'comparison') {
    const { field, operator, value } = term;
    const isKind = field === 'kind' && operator === '==' && value.type === 'name';
    return isKind ? [value.name] : undefined;
  }
  if (term.type !== 'membership' || term.field !== 'kind') return undefined;
  return term.items.flatMap((item) => (item.type === 'name' ? [item.name] : []));
}

function termsOf(filter: Filter): readonly Expression[] {
  if (filter === null) return [];
  return filter.type === 'all' ? filter.terms : [filter];
}

/** The kinds that a filter is restricted to; null where it is not, or in another way. */
export function kindsIn(filter: Filter): ReadonlySet<string> | null {
  for (const term of termsOf(filter)) {
    const kinds = kindsOfTerm(term);
    if (kinds !== undefined) return new Set(kinds);
  }
  return null;
}

/** The text of a filter that is restricted to these kinds instead; none lifts the restriction. */
export function withKinds(filter: Filter, kinds: readonly string[]): string {
  const others = termsOf(filter).filter((term) => kindsOfTerm(term) === undefined);
  const items = kinds.map((name) => ({ type: 'name', name }) as const);
  const [only] = items;
  const term: readonly Expression[] =
    only === undefined
      ? []
      : items.length === 1
        ? [{ type: 'comparison', field: 'kind', operator: '==', value: only }]
        : [{ type: 'membership', field: 'kind', items }];
  const [first, ...rest] = [...term, ...others];
  if (first === undefined) return '';
  return printFilter(rest.length === 0 ? first : { type: 'all', terms: [first, ...rest] });
}
