// How many events of each kind there were, and each of them that is kept: an event is made when somebody looks at it.

import { assertNever } from '../../src/base/assert.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import { EventColumns } from '../../src/trace/record/event-columns.ts';
import { EVENT_KINDS } from '../../src/trace/record/event-kinds.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { Who } from '../../src/trace/record/who.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';

/** Kinds a person can filter by, in the order of their chips. */
export const FEED_KINDS = ['attach', 'map', 'unmap', 'probe', 'fault', 'device'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/** The chip an event belongs to. */
export function feedKind(kind: IommuEvent['kind']): FeedKind {
  switch (kind) {
    case 'attached':
    case 'detached':
      return 'attach';
    case 'mapped':
      return 'map';
    case 'unmapped':
      return 'unmap';
    case 'probed':
      return 'probe';
    case 'faulted':
      return 'fault';
    case 'ignored':
    case 'bypass-changed':
    case 'master-changed':
    case 'started':
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return 'device';
    default:
      return assertNever(kind);
  }
}

/** The place in `FEED_KINDS` for each byte of a kind. */
const PLACES = Uint8Array.from(EVENT_KINDS, (kind) => FEED_KINDS.indexOf(feedKind(kind)));

/** An event, and who asked for it. */
export interface ListedEvent extends RecordedEvent {
  readonly who: Who;
}

/** An event of a record; undefined when it is kept no more. */
export function listedEvent(
  record: IommuRecord | undefined,
  sequence: number,
): ListedEvent | undefined {
  const recorded = record?.event(sequence);
  const who = record?.who(sequence);
  return recorded === undefined || who === undefined ? undefined : { ...recorded, who };
}

export class EventFeed {
  readonly #counts = new Float64Array(FEED_KINDS.length);
  #version = 0;

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** Counts what the record has just taken in. */
  append({ count, columns }: RecordBatch): void {
    if (count === 0) return;
    this.#version++;
    const { kind: codes } = new EventColumns(count, columns);
    const ofCode = new Uint32Array(EVENT_KINDS.length);
    for (let at = 0; at < count; at += 1) {
      const code = codes[at] ?? 0;
      ofCode[code] = (ofCode[code] ?? 0) + 1;
    }
    for (const [code, number] of ofCode.entries()) this.#add(PLACES[code] ?? 0, number);
  }

  /** Events of a kind that never came: too many came at once. */
  countDropped(kind: IommuEvent['kind'], count: number): void {
    this.#version++;
    this.#add(FEED_KINDS.indexOf(feedKind(kind)), count);
  }

  clear(): void {
    this.#version++;
    this.#counts.fill(0);
  }

  /** Events of a kind since the start, kept or not. */
  count(kind: FeedKind): number {
    return this.#counts[FEED_KINDS.indexOf(kind)] ?? 0;
  }

  #add(place: number, count: number): void {
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }
}
