// From the words behind `viommu serve` to where the page is served.

import { parseUnsigned } from '../number-text.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

export interface ServeArguments {
  /** 0: any port that is free. */
  readonly port: number;
  readonly host: string;
  readonly isHelp: boolean;
}

const FORMS = {
  port: { type: 'string' },
  host: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

const DEFAULT_PORT = 8086;
/** Only programs of this computer get at it. */
const DEFAULT_HOST = '127.0.0.1';
const PORT_BITS = 16;

/** Reads the words after `viommu serve`. Throws `UsageError`. */
export function parseServeArguments(words: readonly string[]): ServeArguments {
  const given = readOptions<keyof typeof FORMS>(
    { command: 'serve', forms: FORMS, strayAdvice: '"viommu serve --help" shows an example.' },
    words,
  );
  const values = new Map(given.map(({ name, value }) => [name, value]));
  return {
    port: readPort(values.get('port')),
    host: values.get('host') ?? DEFAULT_HOST,
    isHelp: values.has('help'),
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = parseUnsigned(text, PORT_BITS);
  if (port !== undefined) return Number(port);
  throw new UsageError(
    `--port takes a number from 0 to 65535, not "${text}". Example: --port 8090; with 0 any port that is free is taken.`,
  );
}
