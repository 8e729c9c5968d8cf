// What each event does: the device's standing, and lifetimes that begin and end (virtio 1.2, 5.13.6).

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { RecordHead } from '../record/head.ts';
import { NO_STATUS, type EventColumns } from '../record/event-columns.ts';
import { FAULTED, IGNORED, MAPPED, UNMAPPED } from './event-codes.ts';
import type { HistoryChunk } from './history-chunk.ts';
import type { Lifetimes } from './lifetimes.ts';
import { endOf, LiveMappings, startOf } from './live-mappings.ts';
import type { LifetimeTable, MappingColumns } from './lifetime.ts';
import type { Missing } from './not-known.ts';
import type { Ended, Standing } from './standing.ts';

/** Hears of mappings as they come and go with the events that are taken in; those of a row of columns. */
export interface LifeListener {
  readonly onBorn: (columns: MappingColumns, at: number) => void;
  readonly onEnded: (columns: MappingColumns, at: number) => void;
}

export class Feed {
  readonly live = new LiveMappings();
  readonly #lifetimes: Lifetimes;
  /** Whether the record tells the status of requests. */
  readonly #hasStatus: boolean;
  readonly #listener: LifeListener | undefined;
  readonly #endpoints: readonly number[];
  #standing: Standing;
  /** Whether an endpoint reaches all memory. */
  #isOpen: boolean;

  constructor(
    lifetimes: Lifetimes,
    standing: Standing,
    { facts, endpoints }: RecordHead,
    listener: LifeListener | undefined,
  ) {
    this.#lifetimes = lifetimes;
    this.#standing = standing;
    this.#hasStatus = facts.status;
    this.#endpoints = endpoints.map(({ id }) => id);
    this.#listener = listener;
    this.#isOpen = standing.hasBypass(this.#endpoints);
  }

  /** Bytes that devices can reach after the latest event; Infinity where one of them reaches all memory. */
  get reached(): number {
    return this.#isOpen ? Infinity : this.live.bytes;
  }

  /** The device after the latest event. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Goes on from another state: lifetimes of the table that had ended go on after all. */
  resume(standing: Standing, alive: LifetimeTable): void {
    this.#standing = standing;
    this.#isOpen = standing.hasBypass(this.#endpoints);
    this.live.clear();
    for (let at = 0; at < alive.count; at += 1) {
      const id = alive.ids[at] ?? 0;
      this.live.add(alive, at, id);
      if (alive.died[at] !== Infinity) this.#lifetimes.setEnd(id, Infinity);
    }
  }

  /** Events from that sequence on are missing: what was there ends somewhere among them. */
  skip(sequence: number, missing: Missing): void {
    this.#end('all', sequence);
    this.#standing.forget(missing);
    this.#isOpen = this.#standing.hasBypass(this.#endpoints);
  }

  /** Takes in the events of a chunk that are new. */
  takeIn(chunk: HistoryChunk): void {
    const { columns, count } = chunk.events;
    for (let row = chunk.count; row < count; row += 1) {
      chunk.count = row + 1;
      if (this.#isAccepted(columns, row)) this.#apply(chunk, columns, row);
      const { count: live, bytes } = this.live;
      chunk.totals.add(columns, row, { live, bytes, isOpen: this.#isOpen });
    }
  }

  /** The device before a row of a chunk. */
  standingAt({ base, events: { columns } }: HistoryChunk, row: number): Standing {
    const standing = base.clone();
    for (let each = 0; each < row; each += 1) {
      const kind = columns.kind[each];
      if (kind === MAPPED || kind === UNMAPPED || kind === FAULTED) continue;
      if (this.#isAccepted(columns, each)) standing.apply(columns, each);
    }
    return standing;
  }

  // A request of which no status is known is taken for accepted, unless something contradicts that
  #isAccepted({ kind, status }: EventColumns, row: number): boolean {
    if ((kind[row] ?? 0) > IGNORED) return true;
    return status[row] === VIRTIO_IOMMU_S_OK || (!this.#hasStatus && status[row] === NO_STATUS);
  }

  #apply(chunk: HistoryChunk, columns: EventColumns, row: number): void {
    const sequence = chunk.firstSequence + row;
    switch (columns.kind[row] ?? NaN) {
      case MAPPED:
        this.#map(chunk, columns, row);
        break;
      case UNMAPPED:
        this.#unmap(columns, row, sequence);
        break;
      case FAULTED:
        break;
      default:
        this.#end(this.#standing.apply(columns, row), sequence);
        this.#isOpen = this.#standing.hasBypass(this.#endpoints);
    }
  }

  #map(chunk: HistoryChunk, columns: EventColumns, row: number): void {
    const sequence = chunk.firstSequence + row;
    const starts = this.live.of(columns.domain[row] ?? 0);
    const [start, end] = [startOf(columns, row), endOf(columns, row)];
    if (end < start) return;
    const last = starts.floor(end);
    if (last !== undefined && this.#reaches(last, start)) {
      // virtio 1.2, 5.13.6.5.2: it can not have been accepted; or what was there has ended, and that is missing
      if (!this.#hasStatus) return;
      const first = starts.floor(start);
      const others = starts.within(start, end);
      for (const id of others) this.#endOne(id, sequence);
      if (first !== undefined && !others.includes(first) && this.#reaches(first, start)) {
        this.#endOne(first, sequence);
      }
    }
    this.live.add(columns, row, sequence);
    chunk.deaths.setAlive(row);
    this.#listener?.onBorn(columns, row);
  }

  #unmap(columns: EventColumns, row: number, sequence: number): void {
    const isNothing = this.#hasStatus && columns.gpaLow[row] === 0;
    if (isNothing && this.#standing.missing === null) return;
    const end = endOf(columns, row);
    const starts = this.live.of(columns.domain[row] ?? 0);
    for (const id of starts.within(startOf(columns, row), end)) {
      const place = this.#lifetimes.place(id);
      // virtio 1.2, 5.13.6.6: a mapping that the range only touches is not removed
      if (place !== undefined && endOf(place.columns, place.at) <= end) this.#endOne(id, sequence);
    }
  }

  #end(ended: Ended, sequence: number): void {
    if (ended === 'none') return;
    const domains = ended === 'all' ? [...this.live.domains] : [ended];
    for (const domain of domains) {
      for (const id of this.live.of(domain).ids()) this.#endOne(id, sequence);
    }
  }

  #endOne(id: number, sequence: number): void {
    const place = this.#lifetimes.place(id);
    if (place === undefined) return;
    this.live.remove(place.columns, place.at);
    this.#lifetimes.setEnd(id, sequence);
    this.#listener?.onEnded(place.columns, place.at);
  }

  #reaches(id: number, start: number | bigint): boolean {
    const place = this.#lifetimes.place(id);
    return place !== undefined && endOf(place.columns, place.at) >= start;
  }
}
