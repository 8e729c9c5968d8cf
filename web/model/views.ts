// What the parts of the page are shown: a view for each, which is replaced by another when there is something new.

import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { FeedKind } from './event-feed.ts';
import type { FaultRecord } from './machine-model.ts';
import type { MappingRow } from './mapping-rows.ts';
import type { MappingChange } from './watched-domain.ts';

export interface MachineClock {
  /** Milliseconds the guest has run. */
  readonly timeMs: number;
  /** Million guest instructions a second. */
  readonly mips: number;
}

/** The domain whose mappings are shown. */
export interface WatchedView {
  readonly domain: number | null;
  readonly rows: readonly MappingRow[];
  /** Newest last. */
  readonly changes: readonly MappingChange[];
  /** Whether the rows are behind the device. */
  readonly isSyncing: boolean;
}

export interface ActivityView {
  /** When this was, on the page's clock. */
  readonly nowMs: number;
  /** Accesses of an endpoint in even steps of time, oldest first. */
  readonly samples: (endpoint: number) => readonly number[];
  /** When the endpoint was last stopped, on the page's clock; -Infinity for never. */
  readonly lastBlockedMs: (endpoint: number) => number;
}

export interface FeedView {
  readonly droppedEvents: number;
  readonly requestsPerSecond: number;
  readonly count: (kind: FeedKind) => number;
  /** The kept events of these kinds, oldest first. */
  readonly list: (kinds: ReadonlySet<FeedKind>) => readonly RecordedEvent[];
}

export interface FaultsView {
  /** Newest first. */
  readonly list: readonly FaultRecord[];
  /** Since the start, kept or not. */
  readonly count: number;
}
