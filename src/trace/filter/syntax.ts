// From text to tree by the grammar, or to the first place that the grammar does not allow and what it allows there. What is
// allowed is asked of the grammar itself: which kinds of words it takes behind what stands before.

import type { SyntaxNode } from '@lezer/common';
import { FilterError, listed, type Place } from './filter-problem.ts';
import { parser } from './filter-parser.ts';

/** Characters of a filter at most. */
export const MAX_TEXT = 1 << 16;
/** What can follow is asked of the grammar only for texts as people write them: each question reads the text once. */
export const MAX_ASKED = 1 << 12;

const strict = parser.configure({ strict: true });

/** Kinds of words that can follow, each with a word of that kind. */
const PROBES = {
  name: 'x',
  number: '0',
  text: '""',
  group: '(',
  set: '{',
  operator: '==',
  range: '..',
  comma: ',',
  and: '&&',
  endOfGroup: ')',
  endOfSet: '}',
} as const;
type WordKind = keyof typeof PROBES;

/** What can follow a text; `end` is that the filter can end there. */
export type Follower =
  | 'term'
  | 'value'
  | 'flag'
  | 'text'
  | 'number'
  | 'set'
  | 'operator'
  | 'range'
  | 'comma'
  | 'and'
  | ')'
  | '('
  | '}'
  | 'end';

type Parsed = { readonly top: SyntaxNode } | { readonly failedAt: number };

function parseStrictly(text: string): Parsed {
  const parse = strict.startParse(text);
  try {
    let tree = parse.advance();
    while (tree === null) tree = parse.advance();
    return { top: tree.topNode };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { failedAt: parse.parsedPos };
  }
}

/** What the grammar allows behind a text; nothing when the text itself is wrong. */
export function followers(text: string): Set<Follower> {
  const kinds = new Set<WordKind>();
  for (const [kind, word] of Object.entries(PROBES)) {
    const probed = parseStrictly(`${text} ${word}`);
    if (isWordKind(kind) && ('top' in probed || probed.failedAt > text.length + 1)) kinds.add(kind);
  }
  const found = new Set<Follower>();
  const isTerm = kinds.has('name') && kinds.has('group');
  if (isTerm) found.add('term');
  else if (kinds.has('name')) found.add(kinds.has('number') ? 'value' : 'flag');
  else if (kinds.has('number')) found.add('number');
  else if (kinds.has('text')) found.add('text');
  if (!isTerm && kinds.has('group')) found.add('(');
  if (kinds.has('set')) found.add('set');
  if (kinds.has('operator')) found.add('operator');
  if (kinds.has('range')) found.add('range');
  if (kinds.has('comma')) found.add('comma');
  if (kinds.has('and')) found.add('and');
  if (kinds.has('endOfGroup')) found.add(')');
  if (kinds.has('endOfSet')) found.add('}');
  if ('top' in parseStrictly(text)) found.add('end');
  return found;
}

/** The field whose comparison a text ends in; empty when it ends in none. */
export function comparedField(text: string): string {
  const tree = parser.parse(text);
  let node: SyntaxNode | null = tree.resolveInner(text.trimEnd().length, -1);
  while (node !== null && node.name !== 'Comparison' && node.name !== 'Membership') {
    node = node.parent;
  }
  const field = node?.getChild('Field') ?? null;
  return field === null ? '' : text.slice(field.from, field.to);
}

function isWordKind(word: string): word is WordKind {
  return Object.hasOwn(PROBES, word);
}

/** How the message names what can follow. */
const WORDS: Readonly<Record<Follower, readonly string[]>> = {
  term: ['a field', '"("', '"!"'],
  value: ['a value'],
  flag: ['the name of a flag'],
  text: ['a text in quotes'],
  number: ['a number'],
  set: ['"{"'],
  operator: ['an operator such as =='],
  range: ['".."'],
  comma: ['","'],
  and: ['&&', '||'],
  '(': ['"("'],
  ')': ['")"'],
  '}': ['"}"'],
  end: ['the end of the filter'],
};

/** What people write elsewhere, and what to write here. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^=(?!=)/, 'Write == to compare.'],
  [/^&(?!&)/, 'Write && for "and".'],
  [/^\|(?!\|)/, 'Write || for "or".'],
  [/^and\b/i, 'Write && for "and".'],
  [/^or\b/i, 'Write || for "or".'],
  [/^"(?!(?:[^"\\\n]|\\[^\n])*")/, 'This text has no closing quote.'],
  [/^'(?!(?:[^'\\\n]|\\[^\n])*')/, 'This text has no closing quote.'],
  [/^-\d/, 'Numbers are never negative here.'],
];

/** The word that stands at a place, for messages. */
const WORD = /^(?:[\p{L}\p{N}_-]{1,24}|&&|\|\||[=!<>]=|\.\.|.)/su;

/** Parentheses and `!` in each other, at most. */
const MAX_NESTING = 64;
const TOKEN = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|!=|[\w.]+|\S/g;

/** Refuses a text that nests deeper than the parser, and who walks its tree, may be asked to go. */
function checkNesting(text: string): void {
  const open: number[] = [];
  let [depth, nots] = [0, 0];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '(') {
      open.push(nots + 1);
      depth += nots + 1;
    } else if (token === ')') depth -= open.pop() ?? 0;
    nots = token === '!' ? nots + 1 : 0;
    if (depth + nots > MAX_NESTING) {
      const message = `A filter nests at most ${MAX_NESTING} levels of parentheses and "!".`;
      throw new FilterError({ from: index, to: index + 1 }, message);
    }
  }
}

/** The tree of a text. Throws `FilterError`. */
export function parseSyntax(text: string): SyntaxNode {
  if (text.length > MAX_TEXT) {
    const message = `A filter has at most ${MAX_TEXT} characters.`;
    throw new FilterError({ from: MAX_TEXT, to: text.length }, message);
  }
  checkNesting(text);
  const parsed = parseStrictly(text);
  if ('top' in parsed) return parsed.top;
  throw problemAt(text, parsed.failedAt);
}

function problemAt(text: string, failedAt: number): FilterError {
  const rest = text.slice(failedAt);
  const before = text.slice(0, failedAt);
  const not = /(?:^|[^\w-])(not)\s+$/i.exec(before);
  if (not?.[1] !== undefined) {
    const from = failedAt - (not[0].length - not[0].toLowerCase().indexOf('not'));
    return new FilterError({ from, to: from + 3 }, 'Write ! for "not".', ['!']);
  }
  const word = WORD.exec(rest)?.[0] ?? '';
  const place: Place = { from: failedAt, to: failedAt + word.length };
  const asked = before.length > MAX_ASKED ? [] : [...followers(before)];
  const expected = asked.flatMap((follower) => WORDS[follower]);
  const slip = SLIPS.find(([pattern]) => pattern.test(rest));
  if (slip !== undefined) return new FilterError(place, slip[1], expected);
  if (word === '') {
    const what = expected.length === 0 ? 'something' : listed(expected);
    return new FilterError(place, `Expected ${what}, but the filter ends here.`, expected);
  }
  const message =
    expected.length === 0
      ? `"${word}" is not expected here.`
      : `Expected ${listed(expected)}, not "${word}".`;
  return new FilterError(place, message, expected);
}
