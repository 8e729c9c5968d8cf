// From the words of the command line to what `viommu boot` shall do, with a sentence for every mistake.

import { MAX_MEMORY_MIB, MIN_MEMORY_MIB, checkMemory } from '../machine/guest-images.ts';
import { DEFAULT_MEMORY_MIB, type IommuMode } from '../machine/machine-options.ts';
import type { RogueRequest } from '../machine/rogue-dma.ts';
import { ENDPOINTS } from '../machine/topology.ts';
import { readChoice } from './device-options.ts';
import { parseUnsigned } from './number-text.ts';
import { GivenOptions, type GivenOption } from './option-words.ts';
import { didYouMean } from './suggestion.ts';
import { UsageError } from './usage-error.ts';

/** What is done once the guest is up, in the order of the command line. */
export type BootStep =
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'rogue'; readonly request: RogueRequest };

export interface BootArguments {
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  readonly append: string;
  readonly memoryMiB: number;
  readonly iommu: IommuMode;
  readonly bootBypass: boolean;
  readonly steps: readonly BootStep[];
  readonly until: RegExp | undefined;
  readonly timeoutMs: number | undefined;
  readonly trace: string | undefined;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

const OPTIONS = {
  kernel: { type: 'string' },
  initrd: { type: 'string' },
  append: { type: 'string' },
  memory: { type: 'string' },
  iommu: { type: 'string' },
  'boot-bypass': { type: 'string' },
  run: { type: 'string', isRepeatable: true },
  rogue: { type: 'string', isRepeatable: true },
  until: { type: 'string' },
  timeout: { type: 'string' },
  trace: { type: 'string' },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type OptionName = keyof typeof OPTIONS;

const STRAY_ADVICE =
  "A value with spaces needs quotes, and each command its own --run: --run 'echo one two' --run disk-read";

const IOMMU_MODES: readonly IommuMode[] = ['translated', 'bypass', 'off'];
/** Bytes of an access that `--rogue` makes. */
const ROGUE_LENGTH = 4;
/** Longest delay a timer of the host takes. */
const MAX_TIMEOUT_S = 2_147_483;

/** Reads the words after `viommu boot`. Throws `UsageError`, or `InputError` for a memory size. */
export function parseBootArguments(words: readonly string[]): BootArguments {
  const given = new GivenOptions(words, {
    command: 'boot',
    options: OPTIONS,
    strayAdvice: STRAY_ADVICE,
  });
  return {
    kernel: given.text('kernel'),
    initrd: given.text('initrd'),
    append: given.text('append') ?? '',
    memoryMiB: given.value('memory', readMemory, DEFAULT_MEMORY_MIB),
    iommu: given.value('iommu', readMode, 'translated'),
    bootBypass: given.value('boot-bypass', readSwitch, true),
    steps: given.all.flatMap(readStep),
    until: given.value('until', readPattern, undefined),
    timeoutMs: given.value('timeout', readTimeout, undefined),
    trace: given.text('trace'),
    isQuiet: given.has('quiet'),
    isJson: given.has('json'),
    isHelp: given.has('help'),
  };
}

function readMemory(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new UsageError(
      `--memory takes a whole number of MiB from ${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB}, not "${text}". Example: --memory 128`,
    );
  }
  checkMemory(Number(text));
  return Number(text);
}

function readMode(text: string): IommuMode {
  return readChoice('iommu', text, IOMMU_MODES);
}

function readSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--boot-bypass takes on or off, not "${text}".`);
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'm');
  } catch (cause) {
    throw new UsageError(
      `--until takes a regular expression, and "${text}" is none: ${reasonOf(cause)}. Put \\ before a character that is meant literally.`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(': ') + 2);
}

function readTimeout(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MAX_TIMEOUT_S) {
    throw new UsageError(
      `--timeout takes a number of seconds above 0, not "${text}". Example: --timeout 120`,
    );
  }
  return seconds * 1000;
}

function readStep({ name, value }: GivenOption<OptionName>): readonly BootStep[] {
  if (name === 'run') {
    if (value.trim() === '')
      throw new UsageError('--run needs a command. Example: --run disk-read');
    return [{ kind: 'run', command: value }];
  }
  return name === 'rogue' ? [{ kind: 'rogue', request: readRogue(value) }] : [];
}

const ROGUE_EXAMPLE = 'Example: --rogue rogue:0xdead0000:write';

function readRogue(text: string): RogueRequest {
  const [endpointText, addressText, access, ...rest] = text.split(':');
  if (
    endpointText === undefined ||
    addressText === undefined ||
    rest.length > 0 ||
    (access !== 'read' && access !== 'write')
  ) {
    throw new UsageError(
      `--rogue takes ENDPOINT:ADDRESS:read or ENDPOINT:ADDRESS:write, not "${text}". ${ROGUE_EXAMPLE}`,
    );
  }
  const address = parseUnsigned(addressText, 64);
  if (address === undefined) {
    throw new UsageError(
      `--rogue needs a 64-bit address such as 0xdead0000, not "${addressText}". ${ROGUE_EXAMPLE}`,
    );
  }
  return { endpoint: findEndpoint(endpointText), address, access, length: ROGUE_LENGTH };
}

/** The ID of the endpoint with this name, or with this number as ID. */
function findEndpoint(text: string): number {
  const number = parseUnsigned(text, 32);
  const endpoint = ENDPOINTS.find(({ id, name }) => name === text || BigInt(id) === number);
  if (endpoint !== undefined) return endpoint.id;
  const names = ENDPOINTS.map(({ name }) => name);
  throw new UsageError(
    `There is no endpoint "${text}".${didYouMean(text, names)} There are: ${names.join(', ')}.`,
  );
}
