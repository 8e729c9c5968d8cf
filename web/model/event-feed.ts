// The latest events by kind: each kind has a ring of its own, so that a storm of MAP and UNMAP does not push out the
// few ATTACHes and faults.

import { assertNever } from '../../src/base/assert.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
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
export function isRequest(event: IommuEvent): boolean {
  const kind = feedKind(event.kind);
  return (kind !== 'fault' && kind !== 'device') || event.kind === 'ignored';
}

/** Bounded record of events. */
export class EventFeed {
  #rings = new Map<FeedKind, RecordedEvent[]>();
  #counts = new Map<FeedKind, number>();
  #version = 0;

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  append(events: readonly RecordedEvent[]): void {
    if (events.length > 0) this.#version++;
    for (const recorded of events) {
      const kind = feedKind(recorded.event.kind);
      const ring = this.#rings.get(kind) ?? [];
      ring.push(recorded);
      if (ring.length >= 2 * KEPT_PER_KIND) ring.splice(0, ring.length - KEPT_PER_KIND);
      this.#rings.set(kind, ring);
      this.#add(kind, 1);
    }
  }

  /** Events of a kind that are counted and not listed: too many came at once. */
  countDropped(kind: IommuEvent['kind'], count: number): void {
    this.#version++;
    this.#add(feedKind(kind), count);
  }

  #add(kind: FeedKind, count: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  clear(): void {
    this.#version++;
    this.#rings = new Map();
    this.#counts = new Map();
  }

  /** Events of a kind since the start, kept or not. */
  count(kind: FeedKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** The kept events of these kinds, oldest first. */
  list(kinds: ReadonlySet<FeedKind>): readonly RecordedEvent[] {
    const lists = FEED_KINDS.filter((kind) => kinds.has(kind)).map(
      (kind) => this.#rings.get(kind)?.slice(-KEPT_PER_KIND) ?? [],
    );
    return lists.flat().sort((a, b) => a.event.sequence - b.event.sequence);
  }
}
