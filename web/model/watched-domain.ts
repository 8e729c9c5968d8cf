// The one domain whose mappings are on the screen, kept row by row from events; the totals of all others come with
// every batch. Watching another domain, or losing events, takes a fresh list from the device.
//
// The list and the events travel separately, so neither knows what the other includes. Replaying events over a list
// that already has them is harmless: the last event for an address decides, and it is in the replay whenever any
// event for that address is. So events that arrive while a list is awaited are kept and replayed over it.

import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import type { IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import { Attachments, endsAllDomains } from './attachments.ts';
import { MappingRows, type MappingRow } from './mapping-rows.ts';

/** Rows kept of a domain: what one `listMappings` can answer. */
export const MAX_ROWS = 10_000;
/** Events kept while a list is awaited; more of them ask for another list. */
const MAX_AWAITING = 50_000;
/** Least time between two lists of the same domain: a domain above MAX_ROWS that churns would ask all the time. */
const LIST_INTERVAL_MS = 250;
/** Changes kept for the map's flashes. */
const MAX_CHANGES = 1_024;

/** What to ask the device for. */
export interface ListRequest {
  readonly domain: number;
  /** Tells its answer from that of an earlier request, which is history when it arrives. */
  readonly id: number;
}

/** A mapping that just came or went, for painting. */
export interface MappingChange {
  readonly kind: 'mapped' | 'unmapped';
  readonly start: bigint;
  readonly end: bigint;
  /** The page's clock in milliseconds. */
  readonly atMs: number;
}

/** Folds batches into the rows of one domain. */
export class WatchedDomain {
  readonly #rows = new MappingRows(MAX_ROWS);
  readonly #attachments = new Attachments();
  #domain: number | null = null;
  #needsList = false;
  #awaiting: IommuEvent[] | null = null;
  #changes: MappingChange[] = [];
  #requestId = 0;
  #version = 0;
  #lastSequence = 0;
  #lastListMs = Number.NEGATIVE_INFINITY;

  /** Another one after each change of what is shown. */
  get version(): number {
    return this.#version;
  }

  get domain(): number | null {
    return this.#domain;
  }

  get rows(): readonly MappingRow[] {
    return this.#rows.rows;
  }

  /** Newest last. */
  get changes(): readonly MappingChange[] {
    return this.#changes;
  }

  /** Whether the rows are behind the device until the next list arrives. */
  get isSyncing(): boolean {
    return this.#needsList || this.#awaiting !== null;
  }

  watch(domain: number | null): void {
    if (domain === this.#domain) return;
    this.#version++;
    this.#domain = domain;
    this.#awaiting = null;
    this.#changes = [];
    this.#rows.clear();
    this.#needsList = domain !== null;
    this.#lastListMs = Number.NEGATIVE_INFINITY;
  }

  /** Applies a batch. `nowMs` is the page's clock. */
  fold(
    events: readonly IommuEvent[],
    state: IommuState | null,
    dropped: number,
    nowMs: number,
  ): void {
    if (events.length > 0 || dropped > 0) this.#version++;
    for (const event of events) {
      this.#lastSequence = event.sequence;
      if (this.#awaiting !== null) this.#awaiting.push(event);
      this.#apply(event, nowMs);
    }
    if (this.#awaiting !== null && this.#awaiting.length > MAX_AWAITING) this.#requestList();
    if (dropped > 0) this.#requestList();
    if (state !== null) this.#compare(state, dropped);
  }

  /** The domain to list now, once per need; null when the rows are right, a list is on its way, or it is too soon. */
  takeListRequest(nowMs: number): ListRequest | null {
    if (!this.#needsList || this.#domain === null) return null;
    if (nowMs - this.#lastListMs < LIST_INTERVAL_MS) return null;
    this.#lastListMs = nowMs;
    this.#version++;
    this.#needsList = false;
    this.#awaiting = [];
    return { domain: this.#domain, id: ++this.#requestId };
  }

  /** Takes over the rows of the domain from lists that nothing has followed yet; without one they are asked for. */
  take(lists: readonly { readonly domain: number; readonly mappings: readonly Mapping[] }[]): void {
    const list = lists.find((each) => each.domain === this.#domain);
    if (list === undefined) return;
    this.#version++;
    this.#needsList = false;
    this.#awaiting = null;
    this.#rows.replace(list.mappings);
  }

  /** The answer to a request; ignored when it was overtaken, or the domain is no longer watched. */
  acceptList(request: ListRequest, mappings: readonly Mapping[]): void {
    const awaiting = this.#awaiting;
    if (request.id !== this.#requestId || awaiting === null) return;
    this.#version++;
    this.#awaiting = null;
    this.#rows.replace(mappings);
    for (const event of awaiting) this.#applyToRows(event);
  }

  /** The list could not be had: asks again with the next batch. */
  rejectList(request: ListRequest): void {
    if (request.id === this.#requestId && this.#awaiting !== null) this.#requestList();
  }

  #requestList(): void {
    this.#version++;
    this.#awaiting = null;
    this.#needsList = this.#domain !== null;
  }

  #apply(event: IommuEvent, nowMs: number): void {
    const ended = this.#attachments.fold(event);
    if (endsAllDomains(event) || (ended !== null && ended === this.#domain)) {
      this.#rows.clear();
      // A list on its way may be older than this end; another one can not be.
      if (this.#awaiting !== null) this.#requestList();
      return;
    }
    this.#applyToRows(event, nowMs);
  }

  #applyToRows(event: IommuEvent, nowMs?: number): void {
    if (event.kind !== 'mapped' && event.kind !== 'unmapped') return;
    if (event.domain !== this.#domain || event.status !== VIRTIO_IOMMU_S_OK) return;
    const { virtStart: start, virtEnd: end } = event;
    if (event.kind === 'mapped') {
      this.#rows.insert({ start, end, phys: event.physStart, flags: event.flags });
      if (nowMs !== undefined) this.#changes.push({ kind: 'mapped', start, end, atMs: nowMs });
    } else {
      const gone = this.#rows.remove(start, end);
      if (nowMs === undefined) return;
      for (const row of gone) {
        this.#changes.push({ kind: 'unmapped', start: row.start, end: row.end, atMs: nowMs });
      }
    }
    if (this.#changes.length > 2 * MAX_CHANGES) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  /** Where the device's own count disagrees with ours at the same event, the rows are wrong: list again. */
  #compare(state: IommuState, dropped: number): void {
    if (dropped > 0) {
      this.#attachments.replace(state);
      this.#lastSequence = state.sequence;
    }
    if (this.isSyncing || state.sequence !== this.#lastSequence) return;
    const count = state.domains.find((each) => each.id === this.#domain)?.mappings ?? 0;
    if (Math.min(count, MAX_ROWS) !== this.#rows.rows.length) this.#requestList();
  }
}
