// From the words of the command line to what shall be measured, with a sentence for every mistake.

import { parseArgs } from 'node:util';

/** Every benchmark, and how many runs are a fair sample of it. */
export const DEFAULT_RUNS = {
  lookup: 30,
  churn: 30,
  memory: 30,
  boot: 7,
  dma: 45,
  recording: 60,
  clock: 4,
  start: 5,
  filter: 15,
} as const;
export type BenchName = keyof typeof DEFAULT_RUNS;

const NAMES = Object.keys(DEFAULT_RUNS).filter(isBenchName);
const MOST_RUNS = 10_000;

export const HELP = `Usage: npm run bench -- NAME... [--runs N] [--json]

Names: ${NAMES.join(', ')}, or all. test/bench/README.md says what each one measures.

  --runs N    how often each contestant is measured, 1 to ${MOST_RUNS}
              (${NAMES.map((name) => `${name} ${DEFAULT_RUNS[name]}`).join(', ')})
  --json      one JSON object per line as soon as it is measured, instead of tables at the end
  -h, --help  this text

Exit status: 0 all was measured, 1 a contestant gave a wrong answer or a guest failed, 2 the command line is wrong.`;

/** The command line can not be followed; the message says why and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  readonly names: readonly BenchName[];
  /** Undefined: DEFAULT_RUNS of each. */
  readonly runs: number | undefined;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const OPTIONS = {
  runs: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError`. */
export function parseArguments(words: readonly string[]): Arguments {
  const { positionals, values } = readWords(words);
  const isHelp = values.help ?? false;
  return {
    names: isHelp ? [] : readNames(positionals),
    runs: readRuns(values.runs),
    isJson: values.json ?? false,
    isHelp,
  };
}

function readWords(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [sentence = message] = message.split(/[.\n](?:\s|$)/);
    throw new UsageError(`${sentence}. "npm run bench -- --help" lists all options.`, { cause });
  }
}

function readNames(words: readonly string[]): readonly BenchName[] {
  const known = `Name one of ${NAMES.join(', ')}, or all.`;
  if (words.length === 0) throw new UsageError(`No benchmark is named. ${known}`);
  const unknown = words.find((word) => word !== 'all' && !isBenchName(word));
  if (unknown !== undefined) throw new UsageError(`There is no benchmark "${unknown}". ${known}`);
  return NAMES.filter((name) => words.includes(name) || words.includes('all'));
}

function isBenchName(word: string): word is BenchName {
  return Object.hasOwn(DEFAULT_RUNS, word);
}

function readRuns(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const runs = /^\d+$/.test(text) ? Number(text) : 0;
  if (runs >= 1 && runs <= MOST_RUNS) return runs;
  throw new UsageError(`--runs takes a whole number from 1 to ${MOST_RUNS}, not "${text}".`);
}
