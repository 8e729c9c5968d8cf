// Places that a text can name: an event, a time, an address.

import { formatAddress } from '../format/address.ts';

export type Place =
  | { readonly kind: 'event'; readonly sequence: number }
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'address'; readonly address: bigint };

/** What can be typed. */
export const PLACES_HELP = `A command, a device, an event (#1234), a time (2.5s) or an address (${formatAddress(0xfff0_0000n)}).`;

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
]);

/** Null where it names none. */
export function readPlace(text: string): Place | null {
  const compact = text
    .trim()
    .replace(/[\s_,]/g, '')
    .toLowerCase();
  const event = /^#?(\d{1,15})$/.exec(compact)?.[1];
  if (event !== undefined) return { kind: 'event', sequence: Number(event) };
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|min)$/.exec(compact) ?? [];
  if (amount !== undefined)
    return { kind: 'time', timeMs: Number(amount) * (UNITS_MS.get(unit) ?? 1) };
  const digits = /^0x([0-9a-f]{1,16})$/.exec(compact)?.[1];
  return digits === undefined ? null : { kind: 'address', address: BigInt(`0x${digits}`) };
}
