// The one text of a filter: `parseFilter` reads it back to the same filter.

import { FIELDS, type FieldType } from './fields.ts';
import type { Expression, Filter, Item } from './filter-ast.ts';
import { printQuantity } from './quantities.ts';
import { printText } from './texts.ts';

/** The canonical text of a filter. */
export function printFilter(filter: Filter): string {
  return filter === null ? '' : printExpression(filter);
}

function printExpression(expression: Expression): string {
  switch (expression.type) {
    case 'any':
      return expression.terms.map((term) => printInside(term, ['any'])).join(' || ');
    case 'all':
      return expression.terms.map((term) => printInside(term, ['any', 'all'])).join(' && ');
    case 'not':
      return `!${printInside(expression.term, ['any', 'all'])}`;
    case 'comparison': {
      const { field, operator, value } = expression;
      return `${field} ${operator} ${printItem(value, typeOf(field))}`;
    }
    case 'membership':
      return `${expression.field} in ${printItems(expression.items, typeOf(expression.field))}`;
    case 'has':
      return `${expression.field} has ${expression.flag}`;
    case 'claim':
      return expression.field;
    case 'by':
      return `by(${printText(expression.symbol)})`;
  }
}

/** In parentheses when it is of one of these types. */
function printInside(term: Expression, types: readonly Expression['type'][]): string {
  const text = printExpression(term);
  return types.includes(term.type) ? `(${text})` : text;
}

function typeOf(field: string): FieldType {
  return FIELDS.get(field)?.type ?? 'number';
}

/** A single range needs no braces. */
function printItems(items: readonly Item[], type: FieldType): string {
  const text = items.map((item) => printItem(item, type)).join(', ');
  return items.length === 1 && items[0]?.type === 'range' ? text : `{${text}}`;
}

function printItem(item: Item, type: FieldType): string {
  switch (item.type) {
    case 'number':
      return printQuantity(item.value, type);
    case 'text':
      return printText(item.text);
    case 'name':
      return item.name;
    case 'range':
      return `${printQuantity(item.start, type)}..${printQuantity(item.end, type)}`;
  }
}
