// What can be written at a place of a filter: fields, operators, names, and values that a record has seen.

import { FIELDS, FUNCTIONS, OPERATORS, takesSet, type Field } from './fields.ts';
import { comparedField, followers, MAX_ASKED, type Follower } from './syntax.ts';
import { printText } from './texts.ts';

export interface Completion {
  /** What to write. */
  readonly label: string;
  /** What it is, in a few words; empty where the label says it. */
  readonly detail: string;
  readonly kind: 'field' | 'operator' | 'value' | 'punctuation';
}

export interface Completions {
  /** The characters that a completion takes the place of; `to` is behind the last of them. */
  readonly from: number;
  readonly to: number;
  /** Those that begin as the word does come first; at most 100. */
  readonly options: readonly Completion[];
}

/** Values that a record has seen, as `RecordWords` finds them. */
export interface SeenWords {
  readonly endpoints: readonly { readonly id: number; readonly name: string }[];
  readonly tasks: readonly { readonly pid: number; readonly comm: string }[];
  readonly symbols: readonly string[];
  readonly domains: readonly number[];
}

const MAX_OPTIONS = 100;
const WHOLE_TEXT = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/g;

/** What can be written at `at`, in place of the word that is being written there. */
export function completeFilter(text: string, at: number, seen: SeenWords): Completions {
  const from = startOfWord(text.slice(0, at));
  const word = text.slice(from, at);
  const tail = /^["']/.test(word) ? /^[\w-]*["']?/ : /^[\w-]*/;
  const to = at + (tail.exec(text.slice(at))?.[0].length ?? 0);
  if (from > MAX_ASKED) return { from, to, options: [] };
  return { from, to, options: fitting(optionsBehind(text.slice(0, from), seen), word) };
}

/** All that can follow a text. */
function optionsBehind(before: string, seen: SeenWords): readonly Completion[] {
  const next = followers(before);
  if (next.has('operator')) {
    // A field alone: it has to be compared with something, unless it is true or false by itself
    const field = FIELDS.get(/[A-Za-z_][\w-]*(?=\s*$)/.exec(before)?.[0] ?? '');
    if (field?.type !== 'claim') return operatorsOf(field);
    next.delete('operator');
  }
  return [...next].flatMap((follower) => optionsOf(follower, before, seen));
}

/** Where the word begins that ends there: a text in quotes that is open yet, or a name or number. */
function startOfWord(before: string): number {
  const open = before.replace(WHOLE_TEXT, (whole) => ' '.repeat(whole.length)).search(/["']/);
  return open >= 0 ? open : before.search(/[\w-]*$/);
}

/** Those that have the word in them, quotes apart; first those that begin with it. */
function fitting(all: readonly Completion[], word: string): readonly Completion[] {
  const wanted = plain(word);
  const places = all.map((option) => ({ option, place: plain(option.label).indexOf(wanted) }));
  const ranked = places
    .filter(({ place }) => place >= 0)
    .toSorted((one, other) => Math.sign(one.place) - Math.sign(other.place));
  return ranked.slice(0, MAX_OPTIONS).map(({ option }) => option);
}

function plain(label: string): string {
  return label.replace(/^["']/, '').toLowerCase();
}

function optionsOf(follower: Follower, before: string, seen: SeenWords): readonly Completion[] {
  switch (follower) {
    case 'term':
      return terms();
    case 'and':
      return CONNECTIVES;
    case 'value':
      return valuesOf(comparedField(before), seen);
    case 'flag':
      return (FIELDS.get('flags')?.names ?? []).map((name) => value(name));
    case 'text':
      return seen.symbols.map((symbol) => value(printText(symbol)));
    case 'set':
      return [punctuation('{', 'any of these')];
    case 'range':
      return hasOrder(comparedField(before)) ? [punctuation('..')] : [];
    case 'comma':
      return [punctuation(',')];
    case ')':
    case '}':
      return [punctuation(follower)];
    case 'operator':
    case '(':
    case 'number':
    case 'end':
      return [];
  }
}

function punctuation(label: string, detail = ''): Completion {
  return { label, detail, kind: 'punctuation' };
}

function value(label: string, detail = ''): Completion {
  return { label, detail, kind: 'value' };
}

function terms(): readonly Completion[] {
  const fields = [...FIELDS].map(([label, { about }]): Completion => ({
    label,
    detail: about,
    kind: 'field',
  }));
  const functions = [...FUNCTIONS].map(([name, about]): Completion => ({
    label: `${name}("`,
    detail: about,
    kind: 'field',
  }));
  return [...fields, ...functions, punctuation('!', 'not'), punctuation('(')];
}

function operatorsOf(field: Field | undefined): readonly Completion[] {
  if (field === undefined) return [];
  const { type } = field;
  const words: readonly string[] = [
    ...OPERATORS[type],
    ...(takesSet(type) ? ['in'] : []),
    ...(type === 'flags' ? ['has'] : []),
  ];
  return words.map((label) => ({
    label,
    detail: OPERATOR_WORDS.get(label) ?? '',
    kind: 'operator',
  }));
}

const OPERATOR_WORDS: ReadonlyMap<string, string> = new Map([
  ['==', 'is'],
  ['!=', 'is not'],
  ['<', 'is below'],
  ['<=', 'is at most'],
  ['>', 'is above'],
  ['>=', 'is at least'],
  ['~', 'has this text in it'],
  ['in', 'is in a range or a set'],
  ['has', 'has this flag'],
]);

const CONNECTIVES: readonly Completion[] = [
  { label: '&&', detail: 'and', kind: 'operator' },
  { label: '||', detail: 'or', kind: 'operator' },
];

function hasOrder(name: string): boolean {
  const type = FIELDS.get(name)?.type;
  return type !== undefined && type !== 'name' && type !== 'text';
}

/** Values that a field can be compared with, as far as there are some to tell. */
function valuesOf(name: string, seen: SeenWords): readonly Completion[] {
  switch (name) {
    case 'endpoint':
      return seen.endpoints.map((each) => value(printText(each.name), `endpoint ${each.id}`));
    case 'task':
      return [...new Set(seen.tasks.map(({ comm }) => comm))].map((comm) => value(printText(comm)));
    case 'pid':
      return seen.tasks.map(({ pid, comm }) => value(`${pid}`, comm));
    case 'domain':
      return seen.domains.map((domain) => value(`${domain}`));
    default: {
      const field = FIELDS.get(name);
      return field?.type === 'name' ? (field.names ?? []).map((each) => value(each)) : [];
    }
  }
}
