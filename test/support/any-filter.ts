// Any filter that a text can say: each field with operators and values of its type.

import fc from 'fast-check';
import { FIELDS, OPERATORS, takesSet, type Field } from '../../src/trace/filter/fields.ts';
import type { Expression, Filter, Item, Value } from '../../src/trace/filter/filter-ast.ts';

/** Numbers and texts that a filter shall compare with. */
export interface FilterWords {
  readonly number: fc.Arbitrary<bigint>;
  readonly text: fc.Arbitrary<string>;
  readonly endpoint: fc.Arbitrary<string>;
  readonly symbol: fc.Arbitrary<string>;
}

/** Any filter with these words. */
export function filterOf(words: FilterWords): fc.Arbitrary<Filter> {
  const fields = [...FIELDS].flatMap(([name, field]) => termsOf(name, field, words));
  const by = words.symbol.map((symbol): Expression => ({ type: 'by', symbol }));
  return fc.oneof(
    { weight: 50, arbitrary: expressionOf(fc.oneof(...fields, by)) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function expressionOf(term: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.letrec<{ readonly expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'medium', withCrossShrink: true },
      term,
      fc.record({
        type: fc.constantFrom('all', 'any'),
        terms: fc.array(tie('expression'), { minLength: 2, maxLength: 4 }),
      }),
      fc.record({ type: fc.constant('not'), term: tie('expression') }),
    ),
  })).expression;
}

function valueOf(field: Field, { number, text, endpoint }: FilterWords): fc.Arbitrary<Value> {
  const { type, names = [], isNumbered = false } = field;
  const numbers = number.map((value): Value => ({ type: 'number', value }));
  const texts = (type === 'endpoint' ? endpoint : text).map((each): Value => ({
    type: 'text',
    text: each,
  }));
  if (type === 'text') return texts;
  if (type === 'endpoint') return fc.oneof(texts, numbers);
  if (type !== 'name') return numbers;
  const name = fc.constantFrom(...names).map((each): Value => ({ type: 'name', name: each }));
  return isNumbered ? fc.oneof(name, numbers) : name;
}

function itemOf(field: Field, words: FilterWords): fc.Arbitrary<Item> {
  if (field.type === 'text' || field.type === 'name') return valueOf(field, words);
  const range = fc.tuple(words.number, words.number).map(([one, other]): Item => ({
    type: 'range',
    start: one < other ? one : other,
    end: one < other ? other : one,
  }));
  return fc.oneof(valueOf(field, words), range);
}

function termsOf(
  name: string,
  field: Field,
  words: FilterWords,
): readonly fc.Arbitrary<Expression>[] {
  const terms: fc.Arbitrary<Expression>[] = [];
  if (field.type === 'claim') terms.push(fc.constant({ type: 'claim', field: name }));
  if (field.type === 'flags') {
    const flag = fc.constantFrom(...(field.names ?? []));
    terms.push(flag.map((each) => ({ type: 'has', field: name, flag: each })));
  }
  if (OPERATORS[field.type].length > 0) {
    terms.push(
      fc.record({
        type: fc.constant('comparison'),
        field: fc.constant(name),
        operator: fc.constantFrom(...OPERATORS[field.type]),
        value: valueOf(field, words),
      }),
    );
  }
  if (takesSet(field.type)) {
    const items = fc.array(itemOf(field, words), { minLength: 1, maxLength: 4 });
    terms.push(items.map((each) => ({ type: 'membership', field: name, items: each })));
  }
  return terms;
}
