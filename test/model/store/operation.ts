// What a store run does to a store, as plain data, so that a history can be cut down and printed.

import type { Access } from '../../../src/iommu/store/mapping-store.ts';
import type { PlainRange } from './layouts.ts';

interface InDomain {
  readonly domain: number;
}

export type Operation =
  | (InDomain &
      PlainRange & { readonly kind: 'insert'; readonly phys: bigint; readonly flags: number })
  | (InDomain & PlainRange & { readonly kind: 'remove' })
  | (InDomain & PlainRange & { readonly kind: 'overlaps' })
  | (InDomain & { readonly kind: 'size' })
  | (InDomain & { readonly kind: 'list'; readonly start: bigint; readonly limit: number })
  | (InDomain & {
      readonly kind: 'translate';
      readonly start: bigint;
      readonly length: number;
      readonly access: Access;
    })
  | (InDomain & { readonly kind: 'destroy' })
  /** Tells all that the store holds. */
  | { readonly kind: 'audit' }
  /** Saves the store and restores it from that. */
  | { readonly kind: 'restore' };

export type Kind = Operation['kind'];

/** Flat, so that comparing two is cheap. */
export type Answer = readonly (number | bigint | string | boolean)[];

/** Whether two stores agree; an exception agrees with nothing. */
export function doAgree(one: Answer, other: Answer): boolean {
  if (one[0] === THREW) return false;
  return one.length === other.length && one.every((part, index) => part === other[index]);
}

/** First part of the answer of a store that threw. */
export const THREW = 'threw';

/** `insert domain=1 start=0x1000 end=0x1fff phys=0x0 flags=3` */
export function describeOperation(operation: Operation): string {
  const fields = Object.entries(operation).filter(([name]) => name !== 'kind');
  const words = fields.map(([name, value]: [string, unknown]) => `${name}=${describeValue(value)}`);
  return [operation.kind, ...words].join(' ');
}

export function describeAnswer(answer: Answer): string {
  const shown = answer.slice(0, 40).map(describeValue).join(' ');
  return answer.length > 40 ? `${shown} and ${answer.length - 40} more` : shown;
}

function describeValue(value: unknown): string {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value);
}
