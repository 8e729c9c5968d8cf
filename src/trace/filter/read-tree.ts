// From the grammar's tree to a filter: are there such fields and names, and is like compared with like?

import type { SyntaxNode } from '@lezer/common';
import { assert } from '../../base/assert.ts';
import { FIELDS, FUNCTIONS, OPERATORS, takesSet, type Field } from './fields.ts';
import type { Expression, Filter, Item, Operator } from './filter-ast.ts';
import { FilterError, listed } from './filter-problem.ts';
import { readRange, readValue, type NamedField } from './read-value.ts';
import { readText } from './texts.ts';
import { short, unknownWord } from './unknown-word.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Terms of a filter at most: each takes its time for every event. */
export const MAX_TERMS = 256;

export class TreeReader {
  readonly #text: string;
  readonly #vocabulary: Vocabulary | null;
  #terms = 0;

  /** Reads a tree of this text; with a vocabulary, for the record that has it. */
  constructor(text: string, vocabulary: Vocabulary | null) {
    this.#text = text;
    this.#vocabulary = vocabulary;
  }

  /** The filter of a tree without errors. Throws `FilterError`. */
  filter(top: SyntaxNode): Filter {
    const [expression] = parts(top);
    return expression === undefined ? null : this.#expression(expression);
  }

  #expression(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'Any':
      case 'All': {
        const terms = parts(node).map((part) => this.#expression(part));
        return { type: node.name === 'Any' ? 'any' : 'all', terms };
      }
      case 'Not':
        return { type: 'not', term: this.#expression(part(node, 0)) };
      default:
        return this.#term(node);
    }
  }

  #term(node: SyntaxNode): Expression {
    this.#terms += 1;
    if (this.#terms > MAX_TERMS) {
      throw new FilterError(
        node,
        `A filter has at most ${MAX_TERMS} terms. Use sets: kind in {…}.`,
      );
    }
    switch (node.name) {
      case 'Comparison':
        return this.#comparison(node);
      case 'Membership':
        return this.#membership(node);
      case 'Has':
        return this.#has(node);
      case 'Call':
        return this.#call(node);
      default:
        return this.#claim(node);
    }
  }

  #comparison(node: SyntaxNode): Expression {
    const { name, field } = this.#field(part(node, 0));
    const operator = this.#operator(part(node, 1), name, field);
    const value = readValue(this.#text, part(node, 2), { name, field }, this.#vocabulary);
    return { type: 'comparison', field: name, operator, value };
  }

  #operator(node: SyntaxNode, name: string, { type }: Field): Operator {
    const word = this.#textOf(node);
    const allowed = OPERATORS[type];
    const operator = allowed.find((each) => each === word);
    if (operator !== undefined) return operator;
    if (allowed.length === 0) {
      const message = `${name} is true or false by itself. Write ${name} or !${name}.`;
      throw new FilterError(node, message, ['&&', '||']);
    }
    const others = type === 'flags' ? [...allowed, 'has'] : [...allowed, 'in'];
    throw new FilterError(
      node,
      `${name} cannot be compared with ${word}. Expected ${listed(others)}.`,
      others,
    );
  }

  #membership(node: SyntaxNode): Expression {
    const named = this.#field(part(node, 0));
    const { name, field } = named;
    if (!takesSet(field.type)) {
      const word = node.getChild('in') ?? node;
      const instead = field.type === 'claim' ? `${name} or !${name}` : `${name} has read`;
      throw new FilterError(word, `${name} has no values to be in. Write ${instead}.`, []);
    }
    const list = part(node, 1);
    const items: readonly Item[] = (list.name === 'Set' ? parts(list) : [list]).map((item) =>
      item.name === 'Range'
        ? readRange(this.#text, item, named)
        : readValue(this.#text, item, named, this.#vocabulary),
    );
    return { type: 'membership', field: name, items };
  }

  #has(node: SyntaxNode): Expression {
    const { name, field } = this.#field(part(node, 0));
    if (field.type !== 'flags') {
      const word = node.getChild('has') ?? node;
      const others = field.type === 'claim' ? ['&&', '||'] : [...OPERATORS[field.type], 'in'];
      throw new FilterError(word, `Only flags can be asked for one of them, not ${name}.`, others);
    }
    const flag = this.#textOf(part(node, 1));
    const names = field.names ?? [];
    if (!names.includes(flag.toLowerCase())) {
      throw unknownWord(part(node, 1), `There is no flag "${short(flag)}".`, flag, names);
    }
    return { type: 'has', field: name, flag: flag.toLowerCase() };
  }

  #claim(node: SyntaxNode): Expression {
    const { name, field } = this.#field(part(node, 0));
    if (field.type === 'claim') return { type: 'claim', field: name };
    const operators = [...OPERATORS[field.type], field.type === 'flags' ? 'has' : 'in'];
    const place = { from: node.to, to: node.to };
    throw new FilterError(
      place,
      `Write what ${name} is compared with: ${listed(operators)}.`,
      operators,
    );
  }

  #call(node: SyntaxNode): Expression {
    const [callee, argument] = [part(node, 0), part(node, 1)];
    const name = this.#textOf(callee);
    const names = [...FUNCTIONS.keys()];
    if (!FUNCTIONS.has(name)) {
      throw unknownWord(callee, `There is no function "${short(name)}".`, name, names);
    }
    if (this.#vocabulary?.hasSymbols === false) {
      throw new FilterError(callee, 'Functions of this kernel have no names here.');
    }
    const symbol = readText(this.#textOf(argument), argument.from);
    if (symbol === '') throw new FilterError(argument, 'Write the name of a kernel function.');
    return { type: 'by', symbol };
  }

  #field(node: SyntaxNode): NamedField {
    const name = this.#textOf(node);
    const field = FIELDS.get(name);
    if (field !== undefined) {
      this.#checkFact(node, name, field);
      return { name, field };
    }
    if (FUNCTIONS.has(name)) {
      throw new FilterError(node, `${name} is a function. Write ${name}("name").`, [`${name}("`]);
    }
    throw unknownWord(node, `There is no field "${short(name)}".`, name, [...FIELDS.keys()]);
  }

  #checkFact(node: SyntaxNode, name: string, { fact }: Field): void {
    if (this.#vocabulary === null || fact === undefined || this.#vocabulary.facts[fact]) return;
    throw new FilterError(node, `This record does not tell ${name}: its source has no such facts.`);
  }

  #textOf({ from, to }: SyntaxNode): string {
    return this.#text.slice(from, to);
  }
}

const NAMED = /^[A-Z]/;

/** The parts of a node without its punctuation and keywords. */
function parts(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (NAMED.test(child.name)) found.push(child);
  }
  return found;
}

function part(node: SyntaxNode, index: number): SyntaxNode {
  const found = parts(node)[index];
  assert(found !== undefined, 'a node of the grammar has its parts');
  return found;
}
