// From an expression to a test of rows: each field's values become what its columns hold.

import type { IommuRecord } from '../record/iommu-record.ts';
import { addressTest } from './address-tests.ts';
import type { AttachmentSources } from './attachments.ts';
import { claimTest, flagTest, kindTest, statusTest } from './code-tests.ts';
import { endpointTest } from './endpoint-tests.ts';
import { FIELDS } from './fields.ts';
import type { Expression, Item, Operator } from './filter-ast.ts';
import { REASON_NAMES, STATUS_VALUES } from './names.ts';
import { numberTest } from './number-tests.ts';
import { overlapsAny, rangesOf, wantedBy, type Wanted } from './ranges.ts';
import { allOf, anyOf, notOf, type Test } from './row-test.ts';
import { contains } from './text-match.ts';
import { stackTest, taskTest, type Everybody, type Symbolizer } from './who-tests.ts';

/** What tests ask beside the columns. */
export interface Surroundings {
  readonly record: IommuRecord;
  readonly symbolize: Symbolizer;
  readonly attachments: AttachmentSources;
}

/** The test of an expression. */
export function compileTest(expression: Expression, around: Surroundings): Test {
  switch (expression.type) {
    case 'all':
      return allOf(expression.terms.map((term) => compileTest(term, around)));
    case 'any':
      return anyOf(expression.terms.map((term) => compileTest(term, around)));
    case 'not':
      return notOf(compileTest(expression.term, around));
    case 'comparison':
      return fieldTest(expression.field, expression.operator, [expression.value], around);
    case 'membership':
      return fieldTest(expression.field, '==', expression.items, around);
    case 'has':
      return flagTest(expression.flag);
    case 'claim':
      return expression.field === 'interrupted'
        ? taskTest(everybodyIn(around), ({ isInterrupted }) => isInterrupted)
        : claimTest(expression.field);
    case 'by':
      return stackTest(everybodyIn(around), around.symbolize, expression.symbol);
  }
}

function fieldTest(
  field: string,
  operator: Operator,
  items: readonly Item[],
  around: Surroundings,
): Test {
  const isNegated = operator === '!=';
  switch (FIELDS.get(field)?.type) {
    case 'name':
      return field === 'kind'
        ? kindTest(namesOf(items), isNegated)
        : statusTest(field, codesOf(field, items), isNegated);
    case 'text':
      return textTest(field, operator, textsOf(items), around);
    case 'endpoint':
      return endpointTest(wantedOf(operator, endpointItems(items, around)), around.attachments);
    case 'address':
    case 'size':
      return addressTest(field, wantedOf(operator, items));
    case 'number':
    case 'time':
    case 'flags':
    case 'claim':
    case undefined:
      return field === 'pid'
        ? pidTest(wantedOf(operator, items), around)
        : numberTest(field, wantedOf(operator, items));
  }
}

function everybodyIn({ record }: Surroundings): Everybody {
  return () => record.everybody;
}

function wantedOf(operator: Operator, items: readonly Item[]): Wanted {
  const [first] = items;
  if (items.length === 1 && first?.type === 'number') return wantedBy(operator, first.value);
  return { ranges: rangesOf(items), isNegated: operator === '!=' };
}

/** Endpoints by number: a name may be that of several, and of none. */
function endpointItems(items: readonly Item[], { record }: Surroundings): readonly Item[] {
  return items.flatMap((item): readonly Item[] => {
    if (item.type !== 'text') return [item];
    return record.head.endpoints
      .filter(({ name }) => name === item.text)
      .map(({ id }) => ({ type: 'number', value: BigInt(id) }));
  });
}

function namesOf(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => (item.type === 'name' ? [item.name] : []));
}

function textsOf(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
}

/** Bytes of a status or a reason; a larger number is none. */
function codesOf(field: string, items: readonly Item[]): readonly number[] {
  const codes = field === 'status' ? STATUS_VALUES : REASON_NAMES;
  const ranges = rangesOf(items);
  const named = namesOf(items).map((name) => codes[name]);
  return Array.from({ length: 256 }, (_, code) => code).filter(
    (code) =>
      named.includes(code) || overlapsAny(ranges, { start: BigInt(code), end: BigInt(code) }),
  );
}

function textTest(
  field: string,
  operator: Operator,
  texts: readonly string[],
  around: Surroundings,
): Test {
  const isHit = (text: string): boolean =>
    operator === '~' ? texts.some((part) => contains(text, part)) : texts.includes(text);
  const isNegated = operator === '!=';
  if (field === 'task')
    return taskTest(everybodyIn(around), ({ comm }) => isHit(comm) !== isNegated);
  return {
    rows: (_chunk, from, to, out) => {
      out.fill(0, 0, to - from);
    },
    mark: (mark) => mark.kind === 'console' && isHit(mark.line) !== isNegated,
  };
}

function pidTest({ ranges, isNegated }: Wanted, around: Surroundings): Test {
  return taskTest(everybodyIn(around), ({ pid }) => {
    const number = Number.isSafeInteger(pid) && pid >= 0 ? BigInt(pid) : null;
    const isHit = number !== null && overlapsAny(ranges, { start: number, end: number });
    return isHit !== isNegated;
  });
}
