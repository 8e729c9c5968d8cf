// Any filter that a text can say: each field with operators and values of its type.

import fc from 'fast-check';
import { FIELDS, OPERATORS, takesSet, type Field } from '../../src/trace/filter/fields.ts';
import type { Expression, Filter, Item, Value } from '../../src/trace/filter/filter-ast.ts';

const anyNumber = fc.oneof(
  fc.bigInt(0n, 20n),
  fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
  fc.bigInt(0n, 1n << 24n).map((pages) => pages << 12n),
  fc.bigInt(0n, 100_000n).map((us) => us * 1000n),
);
const numberValue: fc.Arbitrary<Value> = anyNumber.map((value) => ({ type: 'number', value }));
const textValue: fc.Arbitrary<Value> = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => ({ type: 'text', text }));

function valueOf({ type, names = [], isNumbered = false }: Field): fc.Arbitrary<Value> {
  if (type === 'text') return textValue;
  if (type === 'endpoint') return fc.oneof(textValue, numberValue);
  if (type !== 'name') return numberValue;
  const name: fc.Arbitrary<Value> = fc
    .constantFrom(...names)
    .map((each) => ({ type: 'name', name: each }));
  return isNumbered ? fc.oneof(name, numberValue) : name;
}

function itemOf(field: Field): fc.Arbitrary<Item> {
  if (field.type === 'text' || field.type === 'name') return valueOf(field);
  const range: fc.Arbitrary<Item> = fc.tuple(anyNumber, anyNumber).map(([one, other]) => ({
    type: 'range',
    start: one < other ? one : other,
    end: one < other ? other : one,
  }));
  return fc.oneof(valueOf(field), range);
}

function termsOf(name: string, field: Field): readonly fc.Arbitrary<Expression>[] {
  const terms: fc.Arbitrary<Expression>[] = [];
  if (field.type === 'claim') terms.push(fc.constant({ type: 'claim', field: name }));
  if (field.type === 'flags') {
    const flag = fc.constantFrom(...(field.names ?? []));
    terms.push(flag.map((each) => ({ type: 'has', field: name, flag: each })));
  }
  if (OPERATORS[field.type].length > 0) {
    const operator = fc.constantFrom(...OPERATORS[field.type]);
    terms.push(
      fc.record({
        type: fc.constant('comparison'),
        field: fc.constant(name),
        operator,
        value: valueOf(field),
      }),
    );
  }
  if (takesSet(field.type)) {
    const items = fc.array(itemOf(field), { minLength: 1, maxLength: 4 });
    terms.push(items.map((each) => ({ type: 'membership', field: name, items: each })));
  }
  return terms;
}

const anyTerm: fc.Arbitrary<Expression> = fc.oneof(
  ...[...FIELDS].flatMap(([name, field]) => termsOf(name, field)),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .map((symbol): Expression => ({ type: 'by', symbol })),
);

/** An expression of these terms, in any nesting. */
export function expressionOf(term: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
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

export const anyFilter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 50, arbitrary: expressionOf(anyTerm) },
  { weight: 1, arbitrary: fc.constant(null) },
);
