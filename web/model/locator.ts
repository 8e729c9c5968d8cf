// What a person can select, anywhere on the page, and how an address spells it.

import { toGpa, toIova, type Gpa, type Iova } from '../../src/memory/address.ts';

/** Names one thing of the record; what it is at a moment is looked up when it is shown. */
export type Locator =
  | { readonly kind: 'endpoint'; readonly id: number }
  | { readonly kind: 'domain'; readonly id: number }
  /** A request, a fault, or another event of the device's life. */
  | { readonly kind: 'event'; readonly sequence: number }
  /** A mapping from its MAP to its end; `id` is its lifetime's, the sequence of its MAP where that is known. */
  | { readonly kind: 'mapping'; readonly domain: number; readonly iova: Iova; readonly id: number }
  /** An address as the devices of a domain see it, mapped or not. */
  | { readonly kind: 'iova'; readonly domain: number; readonly iova: Iova }
  /** A page of guest memory, by its first address. */
  | { readonly kind: 'page'; readonly gpa: Gpa };

const MAX_ID = 0xffff_ffff;
const PAGE_MASK = 0xfffn;

/** As an address spells it, such as `mapping:4:0xfff00000:1234`. */
export function printLocator(locator: Locator): string {
  switch (locator.kind) {
    case 'endpoint':
    case 'domain':
      return `${locator.kind}:${locator.id}`;
    case 'event':
      return `event:${locator.sequence}`;
    case 'mapping':
      return `mapping:${locator.domain}:${hex(locator.iova)}:${locator.id}`;
    case 'iova':
      return `iova:${locator.domain}:${hex(locator.iova)}`;
    case 'page':
      return `page:${hex(locator.gpa)}`;
  }
}

/** What such a text selects; null where it selects nothing that can be. */
export function parseLocator(text: string): Locator | null {
  const [kind, first = '', second = '', third = '', ...more] = text.split(':');
  if (more.length > 0) return null;
  const id = readNumber(first, MAX_ID);
  const parts = text.split(':').length;
  if (kind === 'endpoint' && parts === 2) return id === null ? null : { kind, id };
  if (kind === 'domain' && parts === 2) return id === null ? null : { kind, id };
  if (kind === 'event' && parts === 2) {
    const sequence = readNumber(first, Number.MAX_SAFE_INTEGER);
    return sequence === null || sequence === 0 ? null : { kind, sequence };
  }
  if (kind === 'page' && parts === 2) {
    const gpa = readAddress(first);
    return gpa === null ? null : { kind, gpa: toGpa(gpa & ~PAGE_MASK) };
  }
  const iova = readAddress(second);
  if (id === null || iova === null) return null;
  if (kind === 'iova' && parts === 3) return { kind, domain: id, iova: toIova(iova) };
  if (kind === 'mapping' && parts === 4) {
    const size = readNumber(third.replace(/^-/, ''), Number.MAX_SAFE_INTEGER);
    if (size === null || third === '-0') return null;
    const lifetime = third.startsWith('-') ? -size : size;
    return { kind, domain: id, iova: toIova(iova), id: lifetime };
  }
  return null;
}

/** Whether both name the same thing. */
export function isSameLocator(one: Locator | null, other: Locator | null): boolean {
  if (one === null || other === null) return one === other;
  return printLocator(one) === printLocator(other);
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

function readNumber(text: string, most: number): number | null {
  if (!/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}

function readAddress(text: string): bigint | null {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text)) return null;
  return BigInt(text);
}
