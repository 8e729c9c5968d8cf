// What can be counted of a stretch of a record.

import type { CauseId } from '../explain/causes.ts';
import type { EVENT_KINDS } from '../record/event-kinds.ts';
import type { EndpointCounts } from '../record/marks.ts';
import type { EventSpan, TimeRange } from '../record/time-range.ts';
import type { Stack, Task } from '../record/who.ts';

export type EventKind = (typeof EVENT_KINDS)[number];

export interface RequestFigures {
  readonly kind: EventKind;
  /** Null: it went back unwritten, or its status is not told. */
  readonly status: number | null;
  readonly count: number;
}

export interface DomainFigures {
  readonly domain: number;
  /** Endpoints that were in it at some time of the stretch. */
  readonly endpoints: readonly number[];
  /** Requests that were accepted, and bytes that they mapped. */
  readonly maps: number;
  readonly mappedBytes: number;
  readonly unmaps: number;
  /** Mappings that ended: by UNMAP, or with their domain. Bytes of them. */
  readonly ended: number;
  readonly endedBytes: number;
}

/** Lifetimes of the mappings that were made in the stretch. */
export interface LifetimeFigures {
  readonly made: number;
  /** Of these, those that ended in it, and those that were there at its end. */
  readonly ended: number;
  readonly left: number;
  /** Of those that ended, in guest time: half of them lived at most `medianMs`. Null without any. */
  readonly shortestMs: number | null;
  readonly medianMs: number | null;
  readonly longest: { readonly ms: number; readonly id: number } | null;
}

/** Pages of memory side by side with the same figure. */
export interface PageFigures {
  /** Number of the first page. */
  readonly page: number;
  readonly pages: number;
  /** MAPs that it was in, or milliseconds that it was mapped, added up over all mappings of it. */
  readonly value: number;
}

export interface FaultFigures<What> {
  readonly endpoint: number;
  readonly what: What;
  readonly count: number;
  /** Sequence of the latest of them. */
  readonly latest: number;
}

export interface Statistics {
  /** What was counted. */
  readonly span: EventSpan;
  readonly range: TimeRange;
  /** The most first, as in all of these lists. */
  readonly kinds: readonly { readonly kind: EventKind; readonly count: number }[];
  readonly requests: readonly RequestFigures[];
  readonly domains: readonly DomainFigures[];
  /** Requests to domains that are not in the list, which has so many at most. */
  readonly otherDomains: number;
  readonly lifetimes: LifetimeFigures;
  /** The pages below 4 GiB that were in most MAPs. */
  readonly mapped: readonly PageFigures[];
  /** Those that were mapped longest. */
  readonly reached: readonly PageFigures[];
  /** Accesses as somebody had looked at the device's counters. */
  readonly dma: readonly EndpointCounts[];
  /** By their reason; see VIRTIO_IOMMU_FAULT_R. */
  readonly faults: readonly FaultFigures<number>[];
  /** Of the latest `explained` faults. */
  readonly causes: readonly FaultFigures<CauseId>[];
  readonly explained: number;
  /** Faults among these whose mapping had been there before, and the least time from the UNMAP to the access. */
  readonly afterUnmap: {
    readonly count: number;
    readonly soonestMs: number;
    readonly sequence: number;
  } | null;
  /** Who made the requests. */
  readonly tasks: readonly { readonly task: Task; readonly requests: number }[];
  readonly stacks: readonly { readonly stack: Stack; readonly requests: number }[];
}
