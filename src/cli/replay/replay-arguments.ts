// From the words behind `viommu replay` to what it shall do.

import type { OwnImages } from '../../guest/guest-files.ts';
import { parseUnsigned } from '../number-text.ts';
import { readOptions, type OptionForms } from '../option-words.ts';
import { UsageError } from '../usage-error.ts';

export interface ReplayArguments {
  /** The recording; empty with `isHelp`. */
  readonly file: string;
  readonly until: number | undefined;
  /** A guest-physical address: who has written to its page? */
  readonly lastWrite: bigint | undefined;
  /** What is run in the guest where the replay ends. */
  readonly commands: readonly string[];
  readonly images: OwnImages;
  readonly sharePath: string | undefined;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const FORMS = {
  until: { type: 'string' },
  'last-write': { type: 'string' },
  run: { type: 'string', isRepeatable: true },
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  disk: { type: 'string' },
  share: { type: 'string' },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionForms<string>;

const EXAMPLE = 'Example: viommu replay run.viommu';
/** Bits of a guest-physical address. */
const ADDRESS_BITS = 64;
/** Bits of a sequence number. */
const SEQUENCE_BITS = 53;

/** Reads the words after `viommu replay`. Throws `UsageError`. */
export function parseReplayArguments(words: readonly string[]): ReplayArguments {
  const [first, ...rest] = words;
  const hasFile = first !== undefined && !first.startsWith('-');
  const given = readOptions<keyof typeof FORMS>(
    { command: 'replay', forms: FORMS, strayAdvice: `Give one recording, first. ${EXAMPLE}` },
    hasFile ? rest : words,
  );
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const isHelp = values.has('help');
  if (!hasFile && !isHelp) throw new UsageError(`Which recording? ${EXAMPLE}`);
  return {
    file: first ?? '',
    until: readSequence(values.get('until')),
    lastWrite: readAddress(values.get('last-write')),
    commands: given.flatMap(({ name, value }) => (name === 'run' ? [value] : [])),
    images: {
      kernel: values.get('kernel'),
      initrd: values.get('initrd'),
      disk: values.get('disk'),
    },
    sharePath: values.get('share'),
    isQuiet: values.has('quiet'),
    isJson: values.has('json'),
    isHelp,
  };
}

function readSequence(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const sequence = parseUnsigned(text, SEQUENCE_BITS);
  if (sequence !== undefined) return Number(sequence);
  throw new UsageError(`--until takes the number of an event, not "${text}". Example: --until 120`);
}

function readAddress(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const address = parseUnsigned(text, ADDRESS_BITS);
  if (address !== undefined) return address;
  throw new UsageError(
    `--last-write takes a guest-physical address, not "${text}". Example: --last-write 0x1f3c000`,
  );
}
