// From the text of a filter to what it says, or to what is wrong with it.

import type { Filter } from './filter-ast.ts';
import { FilterError, type FilterProblem } from './filter-problem.ts';
import { TreeReader } from './read-tree.ts';
import { parseSyntax } from './syntax.ts';
import type { Vocabulary } from './vocabulary.ts';

export type ParsedFilter =
  | { readonly isValid: true; readonly filter: Filter }
  | { readonly isValid: false; readonly problem: FilterProblem };

/**
 * What a text says. An empty one lets everything through. With a record's vocabulary it is checked for that record,
 * too. Never throws, whatever the text.
 */
export function parseFilter(text: string, vocabulary: Vocabulary | null = null): ParsedFilter {
  return guarded(() => ({
    isValid: true,
    filter: new TreeReader(text, vocabulary).filter(parseSyntax(text)),
  }));
}

/** What a step gives, or the problem that it met. */
export function guarded<T>(
  step: () => T,
): T | { readonly isValid: false; readonly problem: FilterProblem } {
  try {
    return step();
  } catch (error) {
    if (error instanceof FilterError) return { isValid: false, problem: error.problem };
    throw error;
  }
}
