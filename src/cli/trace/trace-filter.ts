// `--filter` of `viommu trace`: the filter for a trace, or what is wrong with it and where.

import { InputError } from '../../machine/images/guest-images.ts';
import { compileFilter, type CompiledFilter } from '../../trace/filter/compile-filter.ts';
import type { FilterProblem } from '../../trace/filter/filter-problem.ts';
import type { Symbols } from '../../kernel/symbol-table.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';
import type { History } from '../../trace/replay/history.ts';

/** Makes a filter ready for a trace. Throws `InputError` that points at the character. */
export function filterFor(
  text: string,
  record: IommuRecord,
  history: History,
  symbols?: Symbols,
): CompiledFilter {
  const compiled = compileFilter(text, record, {
    // A return address may be the first of the next function.
    symbolize: symbols && ((address) => symbols.at(address - 1)?.name),
    attachmentsAt: (sequence) => attachmentsBefore(history, sequence),
  });
  if (compiled.isValid) return compiled.filter;
  throw new InputError(problemText(text, compiled.problem));
}

function attachmentsBefore(
  history: History,
  sequence: number,
): Iterable<readonly [number, number]> {
  const moment = history.at(sequence - 1);
  if (!moment.isKnown) return [];
  return moment.endpoints.flatMap(({ id, domain }) => (domain === null ? [] : [[id, domain]]));
}

/** Characters of a filter that are shown before and behind the place. */
const AROUND = 60;

function problemText(text: string, { from, message }: FilterProblem): string {
  const start = Math.max(0, from - AROUND);
  const line = text.slice(start, from + AROUND).replaceAll(/\s/g, ' ');
  return `The filter is wrong at character ${from + 1}. ${message}\n  ${line}\n  ${' '.repeat(from - start)}^`;
}
