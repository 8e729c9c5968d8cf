// The past of an IOMMU: its state after any event that is kept, and the lifetimes of its mappings. It follows a record, and
// answers from what that has; what it can not know it says in types.

import type { Dispose } from '../../base/emitter.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { EventChunk } from '../record/event-chunk.ts';
import { VIRTIO_IOMMU_F_BYPASS_CONFIG } from '../../iommu/protocol/protocol.ts';
import { Feed, type LifeListener } from './feed.ts';
import { HistoryChunk } from './history-chunk.ts';
import type { Keyframe } from './keyframe.ts';
import type { Lifetime } from './lifetime.ts';
import { Lifetimes, type LifetimePart } from './lifetimes.ts';
import { Moment } from './moment.ts';
import type { Missing, NotKnown } from './not-known.ts';
import { Past, type Stretch } from './past.ts';
import { Present } from './present.ts';
import { GPAS, IOVAS, type Span } from './spans.ts';
import { Standing } from './standing.ts';
import { tallyOf, type Tally } from './tally.ts';

/** An inclusive range of addresses. */
export interface BigRange {
  readonly start: bigint;
  readonly end: bigint;
}

export interface LifetimeQuery {
  /** Only those born before this event; default: all. */
  readonly before?: number;
}

export interface HistoryOptions {
  /** The state that the record's first event found. Without it, that is power-on state for event 1, else not known. */
  readonly keyframe?: Keyframe | undefined;
  readonly listener?: LifeListener | undefined;
}

/** Follows a record from now on until it is disposed. */
export class History {
  readonly record: IommuRecord;
  readonly present: Present;
  readonly #lifetimes = new Lifetimes();
  readonly #past = new Past(this.#lifetimes);
  readonly #feed: Feed;
  readonly #subscriptions: readonly Dispose[];
  /** Sequence of the event that follows the latest; undefined while any may be the first. */
  #next: number | undefined;

  constructor(record: IommuRecord, { keyframe, listener }: HistoryOptions = {}) {
    this.record = record;
    this.#feed = new Feed(this.#lifetimes, this.#powerOn(), record.head, listener);
    this.present = new Present(this.#feed);
    if (keyframe !== undefined) this.#start(keyframe);
    for (const chunk of record.chunks) this.#takeIn(chunk);
    this.#subscriptions = [
      record.appended.on((chunk) => this.#takeIn(chunk)),
      record.dropping.on(() => this.#drop()),
      record.rewound.on((sequence) => this.#rewind(sequence)),
    ];
  }

  dispose(): void {
    for (const dispose of this.#subscriptions) dispose();
  }

  /** Bytes of memory that it takes beside the record. */
  get bytes(): number {
    const chunks = this.#lifetimes.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
    return chunks + this.#lifetimes.elders.bytes + this.#feed.live.bytesOfMemory + this.#past.bytes;
  }

  /** What happened before the first event that is kept is not known; null when that was power on. */
  get missing(): Missing | null {
    const first = this.#lifetimes.chunks[0];
    if (first === undefined) return this.#feed.standing.missing;
    return first.firstSequence === 1 ? first.base.missing : (first.base.missing ?? gone(first));
  }

  /**
   * The device after an event; 0 is power on. Known from the event before the first that is kept up to the latest,
   * except among events that were lost.
   */
  at(sequence: number): Moment | NotKnown {
    const { chunks } = this.#lifetimes;
    const [first, last] = [chunks[0], this.#lifetimes.lastChunk];
    if (first === undefined || last === undefined) return this.#atRest(sequence);
    if (sequence >= last.endSequence) {
      return { isKnown: false, because: 'not-yet', before: last.endSequence };
    }
    const chunk = sequence === first.firstSequence - 1 ? first : this.#lifetimes.chunkOf(sequence);
    if (chunk === undefined) return this.#missingAt(sequence, first);
    const standing = this.#feed.standingAt(chunk, sequence - chunk.firstSequence + 1);
    return new Moment(sequence, this.record, standing, this.#lifetimes.aliveAt(sequence));
  }

  /** The lifetime that a MAP began; undefined for another event, a refused MAP, and where it is not kept. */
  lifetime(id: number): Lifetime | undefined {
    return this.#lifetimes.get(id);
  }

  /** All lifetimes that are kept in the order of their birth, in columns; to be walked before another event is taken in. */
  get lifetimeParts(): readonly LifetimePart[] {
    return this.#lifetimes.parts;
  }

  /** The mapping that an IOVA of a domain lay in after an event. */
  lookup(sequence: number, domain: number, iova: bigint): Lifetime | undefined {
    const query = { before: sequence + 1 };
    for (const lifetime of this.lifetimesOfIova(domain, { start: iova, end: iova }, query)) {
      if (lifetime.died === null || lifetime.died > sequence) return lifetime;
    }
    return undefined;
  }

  /** The lifetimes that an event ended, in the order of their birth. */
  endedBy(sequence: number): readonly Lifetime[] {
    const alive = this.#lifetimes.aliveAt(sequence - 1);
    const ended: Lifetime[] = [];
    for (let at = 0; at < alive.count; at += 1) {
      if (alive.died[at] === sequence) ended.push(alive.get(at));
    }
    return ended;
  }

  /** Who ever mapped an address of these: lifetimes of a domain, or of all, the newest first, as they are asked for. */
  lifetimesOfIova(
    domain: number | null,
    range: BigRange,
    query: LifetimeQuery = {},
  ): Generator<Lifetime> {
    return this.#search(IOVAS, range, query, (lifetime) => {
      const isInside = lifetime.virtStart <= range.end && lifetime.virtEnd >= range.start;
      return isInside && (domain === null || lifetime.domain === domain);
    });
  }

  /** Who ever mapped guest-physical memory of that range, the newest first, as they are asked for. */
  lifetimesOfGpa(range: BigRange, query: LifetimeQuery = {}): Generator<Lifetime> {
    return this.#search(GPAS, range, query, ({ physStart, virtStart, virtEnd }) => {
      const last = physStart + (virtEnd - virtStart);
      return physStart <= range.end && last >= range.start;
    });
  }

  /** The latest lifetime that was there before, wholly or in part; null when there was none since power on. */
  previous(lifetime: Lifetime): Lifetime | NotKnown | null {
    const { domain, virtStart, virtEnd, id } = lifetime;
    const range = { start: virtStart, end: virtEnd };
    for (const other of this.lifetimesOfIova(domain, range, { before: id })) return other;
    const { missing } = this;
    return missing === null ? null : { isKnown: false, ...missing };
  }

  /** How much happened from one event to another, both included; undefined when the record has had none of them. */
  stretch(from: number, to: number): Stretch | undefined {
    return this.#past.stretch(from, to);
  }

  /**
   * The same for many stretches, one behind the other: each begins with the event of one bound and ends before that of the
   * next. Bounds ascend, from the first event that is kept up to the one behind the latest.
   */
  tally(bounds: ArrayLike<number>): Tally {
    return tallyOf(this.#lifetimes.chunks, bounds, this.#feed.reached);
  }

  *#search(
    span: Span,
    range: BigRange,
    { before = Infinity }: LifetimeQuery,
    isMeant: (lifetime: Lifetime) => boolean,
  ): Generator<Lifetime> {
    const numbers = { start: Number(range.start), end: Number(range.end) };
    for (const lifetime of this.#lifetimes.overlapping(span, numbers, before)) {
      if (isMeant(lifetime)) yield lifetime;
    }
  }

  #powerOn(): Standing {
    const { device, endpoints } = this.record.head;
    const masters = new Map(
      endpoints.flatMap(({ id, isMaster }) => (isMaster === undefined ? [] : [[id, isMaster]])),
    );
    if (device === null) return new Standing(null, masters);
    // virtio 1.2, 5.13.4: the field is there with its feature only
    const hasField = (device.features & VIRTIO_IOMMU_F_BYPASS_CONFIG) !== 0n;
    return new Standing(device.isBootBypass && hasField, masters);
  }

  #start(keyframe: Keyframe): void {
    const { sequence, isBypass, features, missing, attachments, mappings } = keyframe;
    const standing = this.#powerOn();
    for (const { endpoint, isMaster } of keyframe.masters ?? []) {
      standing.setMaster(endpoint, isMaster);
    }
    for (const { endpoint, domain } of attachments) standing.place(endpoint, domain);
    standing.isBypass = isBypass;
    standing.features = features;
    standing.missing = missing;
    let unknown = -mappings.length;
    const numbered = mappings.map((mapping) => ({ mapping, id: mapping.born ?? unknown++ }));
    for (const { mapping, id } of numbered.toSorted((one, other) => one.id - other.id)) {
      this.#lifetimes.elders.addMapping(mapping, id);
    }
    this.#feed.resume(standing, this.#lifetimes.aliveAt(sequence));
    this.#next = sequence + 1;
  }

  #takeIn(events: EventChunk): void {
    let chunk = this.#lifetimes.lastChunk;
    if (chunk?.events !== events) {
      chunk?.seal();
      this.#expect(events.firstSequence);
      const before = chunk?.totals.sumsAt(chunk.events.columns, chunk.count);
      const { standing, reached } = this.#feed;
      chunk = new HistoryChunk(events, standing.clone(), before ?? this.#past.sums, reached);
      this.#lifetimes.push(chunk);
    }
    this.#feed.takeIn(chunk);
    this.#next = chunk.endSequence;
  }

  /** The next event has this sequence: those that should have come before it are missing. */
  #expect(sequence: number): void {
    if (this.#next === sequence) return;
    if (this.#next !== undefined) {
      this.#feed.skip(this.#next, { because: 'lost', before: sequence });
      return;
    }
    if (sequence === 1 && this.record.head.source === 'viommu') return;
    const because = this.record.evicted > 0 ? 'gone' : 'not-recorded';
    this.#feed.skip(0, { because, before: sequence });
  }

  #drop(): void {
    this.#past.keep();
    this.#lifetimes.dropOldest();
  }

  #rewind(sequence: number): void {
    let base: HistoryChunk | undefined;
    // A chunk that ends later is a shorter one now, and taken in anew
    while ((this.#lifetimes.lastChunk?.endSequence ?? 0) > sequence + 1) {
      base = this.#lifetimes.lastChunk;
      this.#lifetimes.pop();
    }
    if (base === undefined) return;
    // The record goes on in a chunk that others had followed: what is sealed of it takes no more events
    const ending = this.#lifetimes.lastChunk;
    if (ending?.isSealed === true && ending.events === this.record.chunks.at(-1)) {
      base = ending;
      this.#lifetimes.pop();
    }
    const last = this.#lifetimes.lastChunk;
    if (last !== undefined) {
      this.#resume(this.#feed.standingAt(last, last.count), last.endSequence);
    } else if (base.firstSequence <= sequence + 1) {
      this.#resume(base.base.clone(), base.firstSequence);
    } else {
      // Not even the state that the first event found is that of then
      this.#lifetimes.clear();
      this.#past.rewind(sequence);
      this.#resume(this.#powerOn(), 0);
      this.#next = undefined;
    }
    const shorter = this.record.chunks.at(-1);
    if (shorter !== undefined && shorter.endSequence > (this.#next ?? 0)) this.#takeIn(shorter);
  }

  /** Goes on from the state before an event. */
  #resume(standing: Standing, next: number): void {
    this.#feed.resume(standing, this.#lifetimes.aliveAt(next - 1));
    this.#next = next;
  }

  /** Without any event. */
  #atRest(sequence: number): Moment | NotKnown {
    const next = this.#next ?? 1;
    if (sequence >= next) return { isKnown: false, because: 'not-yet', before: next };
    if (sequence < next - 1) return { isKnown: false, because: 'gone', before: next };
    const alive = this.#lifetimes.aliveAt(sequence);
    return new Moment(sequence, this.record, this.#feed.standing.clone(), alive);
  }

  #missingAt(sequence: number, first: HistoryChunk): NotKnown {
    if (sequence < first.firstSequence) {
      const { because } = first.base.missing ?? gone(first);
      return { isKnown: false, because, before: first.firstSequence };
    }
    const next = this.#lifetimes.chunks.find(({ firstSequence }) => firstSequence > sequence);
    return { isKnown: false, because: 'lost', before: next?.firstSequence ?? 0 };
  }
}

function gone({ firstSequence }: HistoryChunk): Missing {
  return { because: 'gone', before: firstSequence };
}
