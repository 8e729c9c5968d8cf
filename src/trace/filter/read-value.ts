// The right side of a comparison: a value of the type that the field on the left has.

import type { SyntaxNode } from '@lezer/common';
import type { Field } from './fields.ts';
import type { Value, ValueRange } from './filter-ast.ts';
import { FilterError, listed } from './filter-problem.ts';
import { numberExample, readQuantity } from './quantities.ts';
import { readText } from './texts.ts';
import { short, unknownWord } from './unknown-word.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A field, and how the text calls it. */
export interface NamedField {
  readonly name: string;
  readonly field: Field;
}

/** A value that a field can be compared with. Throws `FilterError`. */
export function readValue(
  text: string,
  node: SyntaxNode,
  named: NamedField,
  vocabulary: Vocabulary | null,
): Value {
  const { field } = named;
  const word = text.slice(node.from, node.to);
  const said = node.name === 'Text' ? readText(word, node.from) : word;
  switch (field.type) {
    case 'text':
      if (node.name === 'Text') return { type: 'text', text: said };
      throw unlike(named, node, ['a text in quotes']);
    case 'endpoint':
      if (node.name === 'Number') return readNumber(word, node, named);
      checkEndpoint(said, node, vocabulary);
      return { type: 'text', text: said };
    case 'name': {
      if (node.name === 'Number' && field.isNumbered === true) return readNumber(word, node, named);
      if (node.name === 'Number') throw unlike(named, node, field.names ?? []);
      return { type: 'name', name: nameOf(said, node, named) };
    }
    case 'number':
    case 'size':
    case 'address':
    case 'time':
    case 'flags':
      if (node.name === 'Number') return readNumber(word, node, named);
      throw unlike(named, node, [numberExample(field.type)]);
    case 'claim':
      throw unlike(named, node, []);
  }
}

/** A range of numbers, both ends of it included. Throws `FilterError`. */
export function readRange(text: string, node: SyntaxNode, named: NamedField): ValueRange {
  const { type, names = [] } = named.field;
  const bound = (end: SyntaxNode | null): bigint => {
    const place = end ?? node;
    if (type === 'text' || type === 'name') {
      const expected = type === 'text' ? ['a text in quotes'] : names;
      const message = `${named.name} has no order, so it cannot be in a range.`;
      throw new FilterError(node, message, expected);
    }
    if (place.name !== 'Number') throw unlike(named, place, [numberExample(type)]);
    return readQuantity(text.slice(place.from, place.to), place, type);
  };
  const start = bound(node.firstChild);
  const end = bound(node.lastChild);
  if (start <= end) return { type: 'range', start, end };
  throw new FilterError(node.lastChild ?? node, 'This range ends before it starts.');
}

function readNumber(word: string, node: SyntaxNode, { field }: NamedField): Value {
  return { type: 'number', value: readQuantity(word, node, field.type) };
}

function nameOf(word: string, node: SyntaxNode, { name, field }: NamedField): string {
  const { names = [], aliases } = field;
  const lower = word.toLowerCase();
  const found = names.includes(lower) ? lower : aliases?.get(lower);
  if (found !== undefined) return found;
  throw unknownWord(node, `There is no ${name} "${short(word)}".`, word, names);
}

function checkEndpoint(name: string, node: SyntaxNode, vocabulary: Vocabulary | null): void {
  if (vocabulary === null) return;
  const { endpoints } = vocabulary;
  if (endpoints.some((endpoint) => endpoint.name === name)) return;
  const names = endpoints.map((endpoint) => endpoint.name);
  throw unknownWord(node, `There is no endpoint "${short(name)}" here.`, name, names);
}

function unlike({ name }: NamedField, node: SyntaxNode, expected: readonly string[]): FilterError {
  const what = { Text: 'a text', Number: 'a number', Name: 'a name' }[node.name] ?? 'this';
  const message = `${name} cannot be compared with ${what}. Expected ${listed(expected)}.`;
  return new FilterError(node, message, expected);
}
