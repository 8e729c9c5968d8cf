// From the words behind `viommu trace` to what it shall do.

import { parseUnsigned } from '../number-text.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

export const TRACE_FORMATS = ['viommu', 'jsonl', 'csv', 'chrome'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** What is asked of a trace; without any of it, every event is listed. */
export type TraceQuestion =
  | { readonly kind: 'list' }
  | { readonly kind: 'at'; readonly sequence: number }
  | { readonly kind: 'explain'; readonly sequence: number | 'all' }
  | { readonly kind: 'lifetimes' }
  | { readonly kind: 'stats' }
  | { readonly kind: 'who' }
  | { readonly kind: 'format'; readonly format: TraceFormat };

export interface TraceArguments {
  /** The trace; empty with `isHelp`. */
  readonly file: string;
  readonly question: TraceQuestion;
  /** In the filter language; undefined: every event. */
  readonly filter: string | undefined;
  /** A System.map; undefined: the project's own symbols, where they are of that kernel. */
  readonly symbols: string | undefined;
  /** Where a format goes; undefined: standard output. */
  readonly output: string | undefined;
  readonly isFollowing: boolean;
  /** Whether a list has marks among the events. */
  readonly hasMarks: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  filter: { type: 'string' },
  at: { type: 'string' },
  explain: { type: 'string' },
  lifetimes: { type: 'boolean' },
  stats: { type: 'boolean' },
  who: { type: 'boolean' },
  symbols: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'no-marks': { type: 'boolean' },
  follow: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

const EXAMPLE = 'Example: viommu trace run.trace --explain all';
const SEQUENCE_BITS = 53;
const QUESTIONS = ['at', 'explain', 'lifetimes', 'stats', 'who', 'format'] as const;

/** Reads the words after `viommu trace`. Throws `UsageError`. */
export function parseTraceArguments(words: readonly string[]): TraceArguments {
  const [first, ...rest] = words;
  const hasFile = first !== undefined && !first.startsWith('-');
  const given = readOptions<keyof typeof FORMS>(
    { command: 'trace', forms: FORMS, strayAdvice: `Give one trace, first. ${EXAMPLE}` },
    hasFile ? rest : words,
  );
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const isHelp = values.has('help');
  if (!hasFile && !isHelp) throw new UsageError(`Which trace? ${EXAMPLE}`);
  const question = questionOf(values);
  const isFollowing = values.has('follow');
  if (isFollowing && question.kind !== 'list') {
    throw new UsageError('--follow lists events as they come. Leave the other question out.');
  }
  const filter = values.get('filter');
  const isOfAll = question.kind === 'explain' && question.sequence === 'all';
  if (filter !== undefined && question.kind !== 'list' && !isOfAll) {
    throw new UsageError('--filter chooses the events to list or, with --explain all, to explain.');
  }
  if (values.has('no-marks') && question.kind !== 'list') {
    throw new UsageError('--no-marks is for the list of events. Leave the other question out.');
  }
  const output = values.get('output');
  if (output !== undefined && question.kind !== 'format') {
    throw new UsageError('--output is for --format. Example: --format jsonl --output events.jsonl');
  }
  return {
    file: first ?? '',
    question,
    filter,
    symbols: values.get('symbols'),
    output,
    isFollowing,
    hasMarks: !values.has('no-marks'),
    isJson: values.has('json'),
    isHelp,
  };
}

function questionOf(values: ReadonlyMap<string, string>): TraceQuestion {
  const [asked, another] = QUESTIONS.filter((name) => values.has(name));
  if (asked !== undefined && another !== undefined) {
    throw new UsageError(`--${asked} and --${another} are two questions. Ask one at a time.`);
  }
  if (asked === undefined) return { kind: 'list' };
  switch (asked) {
    case 'at':
      return { kind: 'at', sequence: readSequence('--at', values.get('at')) };
    case 'explain': {
      const text = values.get('explain');
      return {
        kind: 'explain',
        sequence: text === 'all' ? 'all' : readSequence('--explain', text),
      };
    }
    case 'format':
      return { kind: 'format', format: readFormat(values.get('format')) };
    case 'lifetimes':
    case 'stats':
    case 'who':
      return { kind: asked };
  }
}

function readSequence(option: string, text = ''): number {
  const sequence = parseUnsigned(text, SEQUENCE_BITS);
  if (sequence !== undefined) return Number(sequence);
  const orAll = option === '--explain' ? ', or all' : '';
  throw new UsageError(
    `${option} takes the number of an event${orAll}, not "${text}". Example: ${option} 120`,
  );
}

function readFormat(text: string | undefined): TraceFormat {
  const format = TRACE_FORMATS.find((each) => each === text);
  if (format !== undefined) return format;
  throw new UsageError(`There is no format "${text}". There are ${TRACE_FORMATS.join(', ')}.`);
}
