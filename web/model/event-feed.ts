// The latest events by kind: each kind has a list of its own, so that a storm of MAP and UNMAP does not push out the few
// ATTACHes and faults. Only their sequences are kept: an event is made when somebody looks at it.

import { assertNever } from '../../src/base/assert.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordBatch } from '../../src/trace/record/batch.ts';
import type { EventChunk } from '../../src/trace/record/event-chunk.ts';
import { EventColumns } from '../../src/trace/record/event-columns.ts';
import { EVENT_KINDS } from '../../src/trace/record/event-kinds.ts';
import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { Who } from '../../src/trace/record/who.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';

/** Kinds a person can filter by, in the order of their chips. */
export const FEED_KINDS = ['attach', 'map', 'unmap', 'probe', 'fault', 'device'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/** Events kept of each kind. */
export const KEPT_PER_KIND = 1_000;

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
    case 'started':
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return 'device';
    default:
      return assertNever(kind);
  }
}

/** Whether the driver asked for it, as against what the device did by itself. */
export function isRequest(kind: IommuEvent['kind']): boolean {
  const chip = feedKind(kind);
  return (chip !== 'fault' && chip !== 'device') || kind === 'ignored';
}

/** An event, and who asked for it. */
export interface ListedEvent extends RecordedEvent {
  readonly who: Who;
}

/** Of one kind: the latest sequences, ascending, and how many there were. */
class KindList {
  sequences: number[] = [];
  count = 0;

  get kept(): readonly number[] {
    return this.sequences.slice(-KEPT_PER_KIND);
  }

  add(sequence: number): void {
    this.count += 1;
    this.sequences.push(sequence);
    if (this.sequences.length >= 2 * KEPT_PER_KIND) {
      this.sequences = this.sequences.slice(-KEPT_PER_KIND);
    }
  }

  /** Events behind that one were taken back. */
  cut(last: number): void {
    this.sequences = this.sequences.filter((sequence) => sequence <= last);
  }
}

export class EventFeed {
  readonly #lists = new Map(FEED_KINDS.map((kind) => [kind, new KindList()]));
  #record: IommuRecord | undefined;
  #leave: () => void = () => undefined;
  /** Events of the lists that their record has no more. */
  #rare = new Map<number, ListedEvent>();
  #version = 0;

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** Reads events of another record from now on; what is listed stays. */
  follow(record: IommuRecord): void {
    this.#keep(0, Infinity);
    this.#leave();
    this.#record = record;
    const disposals = [
      record.dropping.on((chunk) => this.#keepOf(chunk)),
      record.rewound.on((last) => {
        for (const list of this.#lists.values()) list.cut(last);
      }),
    ];
    this.#leave = () => {
      for (const dispose of disposals) dispose();
    };
  }

  /** Lists what the record has just taken in; returns how many of these were requests. */
  append({ firstSequence, count, columns }: RecordBatch): number {
    if (count === 0) return 0;
    this.#version++;
    const { kind: codes } = new EventColumns(count, columns);
    let requests = 0;
    for (let at = 0; at < count; at += 1) {
      const kind = EVENT_KINDS[codes[at] ?? -1];
      if (kind === undefined) continue;
      this.#lists.get(feedKind(kind))?.add(firstSequence + at);
      if (isRequest(kind)) requests += 1;
    }
    return requests;
  }

  /** Events of a kind that are counted and not listed: too many came at once. */
  countDropped(kind: IommuEvent['kind'], count: number): void {
    this.#version++;
    const list = this.#lists.get(feedKind(kind));
    if (list !== undefined) list.count += count;
  }

  clear(): void {
    this.#version++;
    this.#leave();
    this.#record = undefined;
    this.#rare.clear();
    for (const kind of FEED_KINDS) this.#lists.set(kind, new KindList());
  }

  /** Events of a kind since the start, kept or not. */
  count(kind: FeedKind): number {
    return this.#lists.get(kind)?.count ?? 0;
  }

  /** Sequences of the kept events of these kinds, ascending. */
  list(kinds: ReadonlySet<FeedKind>): readonly number[] {
    const lists = FEED_KINDS.filter((kind) => kinds.has(kind)).map(
      (kind) => this.#lists.get(kind)?.kept ?? [],
    );
    return [...Float64Array.from(lists.flat()).sort()];
  }

  /** An event that was listed; undefined when it is kept no more. */
  event(sequence: number): ListedEvent | undefined {
    const rare = this.#rare.get(sequence);
    if (rare !== undefined) return rare;
    const recorded = this.#record?.event(sequence);
    const who = this.#record?.who(sequence);
    return recorded === undefined || who === undefined ? undefined : { ...recorded, who };
  }

  /** A chunk of the record goes: what is listed of it is kept by itself. */
  #keepOf({ firstSequence, endSequence }: EventChunk): void {
    const listed = new Set(FEED_KINDS.flatMap((kind) => this.#lists.get(kind)?.kept ?? []));
    for (const sequence of this.#rare.keys()) {
      if (!listed.has(sequence)) this.#rare.delete(sequence);
    }
    this.#keep(firstSequence, endSequence);
  }

  #keep(from: number, end: number): void {
    for (const kind of FEED_KINDS) {
      for (const sequence of this.#lists.get(kind)?.kept ?? []) {
        if (sequence < from || sequence >= end) continue;
        const event = this.event(sequence);
        if (event !== undefined) this.#rare.set(sequence, event);
      }
    }
  }
}
