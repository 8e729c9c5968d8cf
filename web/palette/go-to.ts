// Places that a text can name: an event, a time, an address.

import { formatAddress } from '../format/address.ts';

export type Place =
  | { readonly kind: 'event'; readonly sequence: number }
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'address'; readonly address: bigint; readonly isOf: 'iova' | 'gpa' | null };

/** What can be typed. */
export const PLACES_HELP = `A command, a device, an event (#1234), a time (2.5s) or an address (${formatAddress(0xfff0_0000n)}).`;

/** A kind of place that is asked for. */
export type Wanted = 'event' | 'time' | 'iova' | 'gpa';

export interface WantedWords {
  readonly title: string;
  readonly hint: string;
  /** What to type then. */
  readonly help: string;
}

export const WANTED: Readonly<Record<Wanted, WantedWords>> = {
  event: {
    title: 'Go to event…',
    hint: 'By its number, such as #1234',
    help: 'The number of an event, such as 1234.',
  },
  time: {
    title: 'Go to time…',
    hint: 'Guest time, such as 2.5s',
    help: 'Guest time in seconds, such as 2.5, or with a unit: us, ms, s or min.',
  },
  iova: {
    title: 'Go to IOVA…',
    hint: 'An address as a device uses it',
    help: `An address as a device uses it, in hexadecimal, such as ${formatAddress(0xfff0_0000n)}.`,
  },
  gpa: {
    title: 'Go to GPA…',
    hint: 'An address of the PC’s memory',
    help: `An address of the PC’s memory, in hexadecimal, such as ${formatAddress(0x10_0000n)}.`,
  },
};

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
]);

function eventIn(text: string): Place | null {
  const event = /^#?(\d{1,15})$/.exec(text)?.[1];
  return event === undefined ? null : { kind: 'event', sequence: Number(event) };
}

function timeIn(text: string): Place | null {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|min)$/.exec(text) ?? [];
  if (amount === undefined) return null;
  return { kind: 'time', timeMs: Number(amount) * (UNITS_MS.get(unit) ?? 1) };
}

function addressIn(text: string, isOf: 'iova' | 'gpa' | null): Place | null {
  const digits = /^0x([0-9a-f]{1,16})$/.exec(text)?.[1];
  return digits === undefined ? null : { kind: 'address', address: BigInt(`0x${digits}`), isOf };
}

/** Null where a text names no place. Of a kind that is asked for, `#`, `s` and `0x` can be left out. */
export function readPlace(text: string, wanted: Wanted | null = null): Place | null {
  const compact = text
    .trim()
    .replace(/[\s_,]/g, '')
    .toLowerCase();
  switch (wanted) {
    case 'event':
      return eventIn(compact);
    case 'time':
      return timeIn(compact) ?? timeIn(`${compact}s`);
    case 'iova':
    case 'gpa':
      return addressIn(compact, wanted) ?? addressIn(`0x${compact}`, wanted);
    case null:
      return eventIn(compact) ?? timeIn(compact) ?? addressIn(compact, null);
  }
}
