// What the parts of the page are shown: a view for each, which is replaced by another when there is something new.

import type { FeedKind } from './event-feed.ts';
import type { FaultRecord } from './machine-model.ts';
import type { MappingChange, MappingRow } from './watched-domain.ts';

export interface MachineClock {
  /** Milliseconds the guest has run since power on. */
  readonly timeMs: number;
  /** The same since the machine was built: the time of the record. */
  readonly ranMs: number;
  /** Million guest instructions a second. */
  readonly mips: number;
}

/** The domain whose mappings are shown. */
export interface WatchedView {
  readonly domain: number | null;
  /** In IOVA order, the first ones. */
  readonly rows: readonly MappingRow[];
  /** Mappings that are known, shown or not. */
  readonly count: number;
  /** Newest last. */
  readonly changes: readonly MappingChange[];
  /** Whether there may be mappings that nobody has told of. */
  readonly isIncomplete: boolean;
}

export interface ActivityView {
  /** When this is, in milliseconds since the machine was built. */
  readonly nowMs: number;
  /** Accesses of an endpoint in even steps of time, oldest first. */
  readonly samples: (endpoint: number) => readonly number[];
  /** When the endpoint was last stopped, by the same clock; -Infinity for never. */
  readonly lastBlockedMs: (endpoint: number) => number;
}

export interface FeedView {
  /** Sequence of the past event that is looked at; null for the present. */
  readonly moment: number | null;
  readonly droppedEvents: number;
  readonly requestsPerSecond: number;
  /** Events of a kind since the start, kept or not. */
  readonly count: (kind: FeedKind) => number;
}

export interface FaultsView {
  /** Whether these are of a moment that has passed. */
  readonly isPast: boolean;
  /** Newest first. */
  readonly list: readonly FaultRecord[];
  /** Since the start, kept or not. */
  readonly count: number;
}
