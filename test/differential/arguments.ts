// From the words of the command line to what the run shall do, with a sentence for every mistake.

import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run differential -- [options]

Gives the same requests to QEMU's virtio-iommu and to ours, and compares every answer.

  --requests N      how many requests (100000)
  --seed S          which requests: the same seed gives the same ones, 0 to 4294967295 (1)
  --json            one line of JSON instead of the table
  --if-installed    without QEMU, say so and succeed
  -h, --help        this text

Exit status: 0 every difference is a known one, 1 one is not, 2 the command line is wrong or QEMU is missing.`;

const DEFAULT_REQUESTS = 100_000;
const MAX_REQUESTS = 1_000_000_000;
const DEFAULT_SEED = 1;
const MAX_SEED = 0xffff_ffff;

/** The command line can not be followed; the message says why and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  readonly requests: number;
  readonly seed: number;
  readonly isJson: boolean;
  readonly mayLackQemu: boolean;
  readonly isHelp: boolean;
}

const OPTIONS = {
  requests: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  'if-installed': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError`. */
export function parseArguments(words: readonly string[]): Arguments {
  const values = readOptions(words);
  return {
    requests: readNumber('--requests', values.requests, DEFAULT_REQUESTS, [1, MAX_REQUESTS]),
    seed: readNumber('--seed', values.seed, DEFAULT_SEED, [0, MAX_SEED]),
    isJson: values.json ?? false,
    mayLackQemu: values['if-installed'] ?? false,
    isHelp: values.help ?? false,
  };
}

function readOptions(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS }).values;
  } catch (cause) {
    // Node's own sentences name the option; only the first one is about what was typed.
    const message = cause instanceof Error ? cause.message : String(cause);
    const [sentence = message] = message.split(/[.\n](?:\s|$)/);
    throw new UsageError(`${sentence}. "npm run differential -- --help" lists all options.`, {
      cause,
    });
  }
}

function readNumber(
  option: string,
  text: string | undefined,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  if (text === undefined) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < least || value > most) {
    throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}
