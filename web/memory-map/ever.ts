// Who ever reached which page through a mapping: for each page and device the first event since when, for reading and for
// writing, so that one walk over the record answers for every moment. A page of memory that has been marked is not looked at again,
// however often it is mapped: the walk costs as much as there are events and pages.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_OK,
} from '../../src/iommu/protocol/protocol.ts';
import { NO_STATUS } from '../../src/trace/record/event-columns.ts';
import { EVENT_KINDS, KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import type { EventChunk } from '../../src/trace/record/event-chunk.ts';
import type { MappingColumns } from '../../src/trace/replay/lifetime.ts';
import type { History } from '../../src/trace/replay/history.ts';
import { GPAS } from '../../src/trace/replay/spans.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import type { PictureFacts } from '../picture/scene.ts';
import type { MemoryAreas } from './areas.ts';
import { deviceBit, type PageReach } from './reach.ts';

const MAPPED = KIND_CODES.get('mapped') ?? -1;
/** By the code of a kind: whether it changes neither who is where nor what anybody reaches. */
const IS_IDLE = Uint8Array.from(EVENT_KINDS, (kind) =>
  kind === 'unmapped' || kind === 'probed' || kind === 'ignored' || kind === 'faulted' ? 1 : 0,
);
const NEVER = 0xffff_ffff;
/** Rows between two looks at the clock. */
const ROWS = 1024;

/** When each page was reached first with one right by one device. */
class FirstReach {
  readonly first: Uint32Array;
  /** The next page that was not reached, or one on the way to it. */
  readonly #next: Uint32Array;

  constructor(cells: number) {
    this.first = new Uint32Array(cells).fill(NEVER);
    this.#next = Uint32Array.from({ length: cells + 1 }, (_, cell) => cell);
  }

  mark(from: number, to: number, sequence: number): void {
    for (let cell = this.#free(from); cell <= to; cell = this.#free(cell)) {
      this.first[cell] = Math.min(NEVER - 1, sequence);
      this.#next[cell] = cell + 1;
    }
  }

  /** Nothing was reached after an event. */
  rewind(sequence: number): void {
    for (let cell = 0; cell < this.first.length; cell += 1) {
      if ((this.first[cell] ?? NEVER) > sequence) this.first[cell] = NEVER;
      this.#next[cell] = this.first[cell] === NEVER ? cell : cell + 1;
    }
  }

  /** The first page from one on that was not reached yet. */
  #free(from: number): number {
    let cell = from;
    for (let next = this.#next[cell] ?? cell; next !== cell; next = this.#next[cell] ?? cell) {
      const behind = this.#next[next] ?? next;
      this.#next[cell] = behind;
      cell = behind;
    }
    return cell;
  }
}

/** The devices of a domain: their bits, and what they have reached. */
interface Members {
  bits: number;
  readonly reads: FirstReach[];
  readonly writes: FirstReach[];
}

const NOBODY: Members = { bits: 0, reads: [], writes: [] };

export class EverReach {
  readonly #history: History;
  readonly #areas: MemoryAreas;
  readonly #bits: ReadonlyMap<number, number>;
  readonly #reads = new Map<number, FirstReach>();
  readonly #writes = new Map<number, FirstReach>();
  #domains = new Map<number, Members>();
  /** The domain that was looked at last. */
  #domain = -1;
  #members = NOBODY;
  /** Sequence of the event that is walked over next; null before the start. */
  #next: number | null = null;
  #since = 0;
  readonly #stop: () => void;

  constructor(history: History, areas: MemoryAreas, { devices }: PictureFacts) {
    this.#history = history;
    this.#areas = areas;
    this.#bits = new Map(devices.map(({ id }, index) => [id, deviceBit(index)]));
    this.#stop = history.record.rewound.on((sequence) => this.#rewind(sequence));
  }

  dispose(): void {
    this.#stop();
  }

  /** The first event that is included: what was before has gone. */
  get since(): number {
    return this.#since;
  }

  /** The last event that has been walked over. */
  get upTo(): number {
    return (this.#next ?? 1) - 1;
  }

  /** Walks on, up to an event, for so many milliseconds at most. Returns whether it is there. */
  advance(to: number, budgetMs: number, now: () => number): boolean {
    const { record } = this.#history;
    const untilMs = now() + budgetMs;
    while (this.#next === null || this.#next <= to) {
      if (this.#next === null || this.#next < record.firstSequence)
        this.#start(record.firstSequence);
      const next = this.#next ?? 1;
      const place = record.find(next);
      if (place === undefined) {
        const behind = record.chunks.find(({ firstSequence }) => firstSequence > next);
        if (behind === undefined) return true;
        // Between them events were lost
        this.#next = behind.firstSequence;
        this.#look(behind.firstSequence - 1);
        continue;
      }
      this.#next = next + this.#walk(place.chunk, place.at, Math.min(ROWS, to - next + 1));
      if (now() >= untilMs) return this.#next > to;
    }
    return true;
  }

  /** Who had reached what until an event that has been walked over. */
  at(sequence: number): PageReach {
    const { cells } = this.#areas;
    const merge = (all: ReadonlyMap<number, FirstReach>): Uint16Array => {
      const bits = new Uint16Array(cells);
      for (const [index, { first }] of all) {
        const bit = deviceBit(index);
        for (let cell = 0; cell < cells; cell += 1) {
          if ((first[cell] ?? NEVER) <= sequence) bits[cell] = (bits[cell] ?? 0) | bit;
        }
      }
      return bits;
    };
    return { readers: merge(this.#reads), writers: merge(this.#writes), open: 0 };
  }

  /** What is mapped before the first event that is kept. */
  #start(first: number): void {
    this.#next = first;
    this.#since = first;
    this.#look(first - 1);
  }

  /** Who is where after an event, and reaches what is mapped there. */
  #look(sequence: number): void {
    const moment = this.#history.at(sequence);
    const before = this.#domains;
    this.#domains = new Map();
    this.#domain = -1;
    if (!moment.isKnown) return;
    for (const { id, domain, mode } of moment.endpoints) {
      const bit = this.#bits.get(id);
      if (domain === null || mode !== 'attached' || bit === undefined) continue;
      const members = this.#domains.get(domain) ?? { bits: 0, reads: [], writes: [] };
      this.#domains.set(domain, members);
      if ((members.bits & bit) !== 0) continue;
      members.bits |= bit;
      members.reads.push(this.#reachOf(this.#reads, bit));
      members.writes.push(this.#reachOf(this.#writes, bit));
    }
    const hasNews = [...this.#domains].some(
      ([domain, { bits }]) => (bits & ~(before.get(domain)?.bits ?? 0)) !== 0,
    );
    if (!hasNews) return;
    const columns = moment.mappingColumns;
    for (let at = 0; at < columns.count; at += 1) this.#mark(columns, at, sequence);
  }

  /** Returns how many rows it has walked over. */
  #walk({ columns, firstSequence, count }: EventChunk, from: number, most: number): number {
    const end = Math.min(count, from + most);
    for (let row = from; row < end; row += 1) {
      const kind = columns.kind[row];
      if (IS_IDLE[kind ?? 0] === 1) continue;
      const status = columns.status[row];
      if (kind !== MAPPED) {
        // At the end of the walk, so that it ends in time
        this.#look(firstSequence + row);
        return row + 1 - from;
      }
      if (status === VIRTIO_IOMMU_S_OK || status === NO_STATUS)
        this.#mark(columns, row, firstSequence + row);
    }
    return end - from;
  }

  /** What a device has reached, by its bit. */
  #reachOf(all: Map<number, FirstReach>, bit: number): FirstReach {
    const index = 31 - Math.clz32(bit);
    const reach = all.get(index) ?? new FirstReach(this.#areas.cells);
    all.set(index, reach);
    return reach;
  }

  #mark(columns: MappingColumns, at: number, sequence: number): void {
    const domain = columns.domain[at] ?? -1;
    if (domain !== this.#domain) {
      this.#domain = domain;
      this.#members = this.#domains.get(domain) ?? NOBODY;
    }
    const { reads, writes } = this.#members;
    if (reads.length === 0) return;
    const flags = columns.flags[at] ?? 0;
    const canRead = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0;
    const canWrite = (flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0;
    const start = Math.floor(GPAS.start(columns, at) / PAGE_BYTES);
    const end = Math.floor(GPAS.end(columns, at) / PAGE_BYTES);
    for (const { run, cell } of this.#areas.areas) {
      if (start > run.last || end < run.first) continue;
      const first = Math.max(start, run.first) - run.first + cell;
      const last = Math.min(end, run.last) - run.first + cell;
      if (canRead) for (const reach of reads) reach.mark(first, last, sequence);
      if (canWrite) for (const reach of writes) reach.mark(first, last, sequence);
    }
  }

  #rewind(sequence: number): void {
    if (this.#next === null || this.#next <= sequence + 1) return;
    for (const all of [this.#reads, this.#writes]) {
      for (const reach of all.values()) reach.rewind(sequence);
    }
    this.#next = sequence + 1;
    this.#domains = new Map();
    this.#domain = -1;
    if (sequence + 1 >= this.#history.record.firstSequence) this.#look(sequence);
  }
}
