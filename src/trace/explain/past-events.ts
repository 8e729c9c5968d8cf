// Looks back and ahead in a record for an event of some kind, in its columns.

import { joinWords } from '../../base/words.ts';
import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { EventChunk } from '../record/event-chunk.ts';
import type { EventColumns } from '../record/event-columns.ts';
import { KIND_CODES, type EVENT_KINDS } from '../record/event-kinds.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Missing } from '../replay/not-known.ts';

type Kind = (typeof EVENT_KINDS)[number];

/** Whether an event of one of the kinds, in a row, is meant. */
type Test = (columns: EventColumns, at: number) => boolean;

export type Search =
  | { readonly kind: 'found'; readonly sequence: number }
  /** There was none since power on. */
  | { readonly kind: 'none' }
  /** Not among the events from that one on, and those before it are missing. */
  | ({ readonly kind: 'missing' } & Missing);

/** Beside the bits of kinds: a chunk has a MAP that was refused. */
const REFUSED_MAP = 1 << 31;

/** Bits of the kinds that a chunk has events of, once it is complete. */
const kindsOfChunks = new WeakMap<EventChunk, { readonly count: number; readonly bits: number }>();

function codeOf(kind: Kind): number {
  return KIND_CODES.get(kind) ?? 0;
}

function bitsOf(kinds: readonly Kind[]): number {
  return kinds.reduce((bits, kind) => bits | (1 << codeOf(kind)), 0);
}

function kindsIn(chunk: EventChunk): number {
  const { count, columns } = chunk;
  const known = kindsOfChunks.get(chunk);
  if (known?.count === count) return known.bits;
  let bits = 0;
  for (let at = 0; at < count; at += 1) {
    bits |= 1 << (columns.kind[at] ?? 0);
    if (isRefusedMap(columns, at)) bits |= REFUSED_MAP;
  }
  kindsOfChunks.set(chunk, { count, bits });
  return bits;
}

/** The latest event before another that is of one of the kinds and passes the test. */
export function latestBefore(
  record: IommuRecord,
  before: number,
  kinds: readonly Kind[],
  test: Test,
): Search {
  const wanted = bitsOf(kinds);
  let next: EventChunk | undefined;
  for (const chunk of record.chunks.toReversed()) {
    if (chunk.firstSequence >= before) continue;
    if (next !== undefined && chunk.endSequence !== next.firstSequence) {
      return { kind: 'missing', because: 'lost', before: next.firstSequence };
    }
    next = chunk;
    if ((kindsIn(chunk) & wanted) === 0) continue;
    const { columns, firstSequence, count } = chunk;
    for (let at = Math.min(count, before - firstSequence) - 1; at >= 0; at -= 1) {
      if ((wanted & (1 << (columns.kind[at] ?? 0))) !== 0 && test(columns, at)) {
        return { kind: 'found', sequence: firstSequence + at };
      }
    }
  }
  const first = next?.firstSequence ?? before;
  const isWhole = first === 1 && record.head.source === 'viommu';
  if (isWhole) return { kind: 'none' };
  const because = record.evicted > 0 ? 'gone' : 'not-recorded';
  return { kind: 'missing', because, before: first };
}

/** The latest MAP of an address in a domain that was refused, between two events; undefined where none is in the record. */
export function latestRefusedMap(
  record: IommuRecord,
  domain: number,
  address: bigint,
  { after, before }: { readonly after: number; readonly before: number },
): number | undefined {
  if (!record.head.facts.status) return undefined;
  for (const chunk of record.chunks.toReversed()) {
    const { columns, count, firstSequence, endSequence } = chunk;
    if (firstSequence >= before) continue;
    if (endSequence <= after + 1) return undefined;
    if ((kindsIn(chunk) & REFUSED_MAP) === 0) continue;
    const first = Math.max(0, after + 1 - firstSequence);
    for (let at = Math.min(count, before - firstSequence) - 1; at >= first; at -= 1) {
      const isMeant = isRefusedMap(columns, at) && columns.domain[at] === domain;
      if (isMeant && hasAddress(columns, at, address)) return firstSequence + at;
    }
  }
  return undefined;
}

function isRefusedMap(columns: EventColumns, at: number): boolean {
  return isKind(columns, at, 'mapped') && columns.status[at] !== VIRTIO_IOMMU_S_OK;
}

/** The first of at most `limit` events after another that is of one of the kinds and passes the test. */
export function nextAfter(
  record: IommuRecord,
  after: number,
  limit: number,
  kinds: readonly Kind[],
  test: Test,
): number | undefined {
  const wanted = bitsOf(kinds);
  for (let sequence = after + 1; sequence <= after + limit;) {
    const place = record.find(sequence);
    if (place === undefined) return undefined;
    const { chunk } = place;
    const end = Math.min(chunk.count, after + limit + 1 - chunk.firstSequence);
    for (let { at } = place; at < end; at += 1) {
      if ((wanted & (1 << (chunk.columns.kind[at] ?? 0))) !== 0 && test(chunk.columns, at)) {
        return chunk.firstSequence + at;
      }
    }
    sequence = chunk.endSequence;
  }
  return undefined;
}

/** Whether a request in a row was accepted; where no status is told, every request is taken for accepted. */
export function isAccepted(record: IommuRecord, columns: EventColumns, at: number): boolean {
  return !record.head.facts.status || columns.status[at] === VIRTIO_IOMMU_S_OK;
}

export function isKind(columns: EventColumns, at: number, kind: Kind): boolean {
  return columns.kind[at] === codeOf(kind);
}

/** Whether the range of a MAP in a row has an address. */
export function hasAddress(columns: EventColumns, at: number, address: bigint): boolean {
  const word = (column: Uint32Array): number => column[at] ?? 0;
  return (
    joinWords(word(columns.startHigh), word(columns.startLow)) <= address &&
    address <= joinWords(word(columns.endHigh), word(columns.endLow))
  );
}
