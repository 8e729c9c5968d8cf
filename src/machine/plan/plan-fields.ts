// Reads the fields of a plan, which may come from anywhere: each function takes one value and where it stands, and
// throws `PlanError` in a sentence that says what to write instead.

import { didYouMean } from '../../base/suggestion.ts';
import type { Word64 } from './machine-plan.ts';
import { PlanError, refuseField } from './plan-problem.ts';

const U64_SPAN = 1n << 64n;

const SHOWN_LENGTH = 80;

/** What was found, as it is shown in a sentence. */
export function shown(value: unknown): string {
  // JSON would have null
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = jsonOf(value) ?? String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH - 3)}...` : text;
}

/** JSON with words of 64 bits in hex; undefined for what JSON can not say. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value < 0n ? String(value) : `0x${value.toString(16)}`;
  try {
    return JSON.stringify(value, (_name, each: unknown) =>
      typeof each === 'bigint' ? jsonOf(each) : each,
    );
  } catch {
    return 'a value that is no JSON';
  }
}

/** Throws `PlanError`: a field must be something, and is not. */
export function refuse(path: string, wanted: string, value: unknown, hint = ''): never {
  const claim = `must be ${wanted}, not ${shown(value)}.${hint}`;
  return refuseField(path, `This ${claim}`, `The plan's ${path} ${claim}`);
}

/** Words joined as in a sentence. */
export function either(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The fields of an object, undefined ones left out; `path` is empty for the plan itself. */
export function readRecord(value: unknown, path: string): ReadonlyMap<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord) {
    if (path !== '') return refuse(path, 'an object', value);
    return refuseField(
      path,
      `A plan is a JSON object, not ${shown(value)}. Example: {"memoryMiB": 256, "append": "quiet"}`,
    );
  }
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
}

/** The same, with no other fields than the known ones. */
export function readFields(
  value: unknown,
  path: string,
  known: readonly string[],
): ReadonlyMap<string, unknown> {
  const fields = readRecord(value, path);
  const owner = path === '' ? 'A plan' : `The plan's ${path}`;
  const [first, ...more] = [...fields.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const message = `${owner} has no ${JSON.stringify(name)}.${didYouMean(name, known)} It can have ${known.join(', ')}.`;
      return { path: path === '' ? name : `${path}.${name}`, words: message, message };
    });
  if (first !== undefined) throw new PlanError([first, ...more]);
  return fields;
}

export function readList(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(path, 'a list', value);
}

export function readText(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, 'a text', value);
}

export function readSwitch(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'true or false', value);
}

export function readWhole(value: unknown, path: string, min: number, max: number): number {
  const isFine = typeof value === 'number' && Number.isInteger(value);
  if (isFine && value >= min && value <= max) return value;
  return refuse(path, `a whole number from ${min} to ${max}`, value);
}

export function readChoice<T extends string>(
  value: unknown,
  path: string,
  choices: readonly T[],
): T {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
  return refuse(path, either(choices), value, hint);
}

/** 64 bits as text in hex or decimal, as a whole number that is exact, or as a bigint. */
export function readWord(value: unknown, path: string): bigint {
  const word = wordOf(value);
  if (word !== undefined && word >= 0n && word < U64_SPAN) return word;
  return refuse(path, '64 bits such as "0xfee00000"', value);
}

function wordOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  const isNumber = typeof value === 'string' && /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value);
  return isNumber ? BigInt(value) : undefined;
}

/** The word as a plan has it. */
export function wordText(value: bigint): Word64 {
  return `0x${value.toString(16)}`;
}

/** SHA-256 in hex, or the word for what comes with the project. */
export function readChecksum(value: unknown, path: string, word?: string): string {
  if (value === word && typeof value === 'string') return value;
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  const otherwise = word === undefined ? '' : `"${word}" or `;
  return refuse(path, `${otherwise}the SHA-256 checksum of a file, 64 hex digits`, value);
}
