import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { Random } from '../../../test/differential/random.ts';
import type { DeviceEvent } from '../../iommu/events/iommu-event.ts';
import { CHUNK_EVENTS } from '../record/event-chunk.ts';
import { EVENT_BYTES } from '../record/event-columns.ts';
import { type RecordHead } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { History } from './history.ts';
import type { Lifetime } from './lifetime.ts';

const HEAD: RecordHead = PLAIN_HEAD;

const PAGE = 0x1000n;
const DOMAINS = 3;
/** Pages where mappings may start, in a low stretch and in one that no double tells apart. */
const PLACES = 900;
const BASES = [0xff00_0000n, 0xffff_ffff_fe00_0000n] as const;

interface Naive {
  readonly domain: number;
  readonly virtStart: bigint;
  readonly virtEnd: bigint;
  readonly physStart: bigint;
  readonly born: number;
  died: number | null;
}

/** MAPs and UNMAPs of a guest that does as it likes, and the lifetimes that come of them. */
class World {
  readonly record: IommuRecord;
  readonly history: History;
  readonly lifetimes: Naive[] = [];
  readonly random: Random;
  readonly #recorder = new Recorder();
  readonly #live = new Map<bigint, Naive>();
  #sequence = 0;

  constructor(seed: number, maxBytes: number) {
    this.random = new Random(seed);
    this.record = new IommuRecord(HEAD, { maxBytes });
    this.history = new History(this.record);
    for (let domain = 0; domain < DOMAINS; domain += 1) {
      this.#tell({ kind: 'attached', endpoint: domain, domain, flags: 0, status: 0 });
    }
  }

  get live(): number {
    return this.#live.size;
  }

  /** Maps and unmaps until there are so many events. */
  run(events: number): void {
    while (this.#sequence < events) {
      this.#step();
      if (this.#sequence % 1000 === 0) this.take();
    }
    this.take();
  }

  take(): void {
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }

  place(): { readonly domain: number; readonly virtStart: bigint } {
    const domain = this.random.between(0, DOMAINS - 1);
    const page = BigInt(2 * this.random.between(0, PLACES - 1));
    return { domain, virtStart: this.random.pick(BASES) + page * PAGE };
  }

  #step(): void {
    const { domain, virtStart } = this.place();
    // No address ends in the number of a domain
    const key = virtStart + BigInt(domain);
    const living = this.#live.get(key);
    if (living !== undefined) {
      const { virtEnd } = living;
      this.#tell({ kind: 'unmapped', domain, virtStart, virtEnd, removed: 1, status: 0 });
      living.died = this.#sequence;
      this.#live.delete(key);
      return;
    }
    const virtEnd = virtStart + PAGE * BigInt(this.random.between(1, 2)) - 1n;
    const physStart = BigInt(this.random.between(0, 500)) * PAGE;
    this.#tell({ kind: 'mapped', domain, virtStart, virtEnd, physStart, flags: 3, status: 0 });
    const born = { domain, virtStart, virtEnd, physStart, born: this.#sequence, died: null };
    this.lifetimes.push(born);
    this.#live.set(key, born);
  }

  #tell(event: DeviceEvent): void {
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#recorder.add({ ...event, sequence }, { timeMs: sequence / 1000, instructions: sequence });
  }
}

function bornAt(lifetimes: Iterable<Lifetime>): readonly (number | null)[] {
  return [...lifetimes].map(({ born }) => born);
}

const EVENTS = 5 * CHUNK_EVENTS + 1234;

describe.each([
  ['a record that keeps all', Infinity],
  ['a record that had to drop chunks', 3 * CHUNK_EVENTS * EVENT_BYTES],
])('%s', (_name, maxBytes) => {
  const world = new World(1, maxBytes);
  world.run(EVENTS);
  const { history, record, random, lifetimes } = world;
  const { firstSequence, lastSequence } = record;
  const moments = Array.from({ length: 40 }, () => random.between(firstSequence, lastSequence));

  it('has all mappings of any moment', () => {
    for (const sequence of [firstSequence - 1, ...moments, lastSequence]) {
      const moment = history.at(sequence);
      const alive = lifetimes.filter(
        ({ born, died }) => born <= sequence && (died ?? Infinity) > sequence,
      );
      const domains = [...new Set(alive.map(({ domain }) => domain))].toSorted(
        (one, other) => one - other,
      );
      const found = domains.flatMap((domain) =>
        moment.isKnown ? moment.mappings(domain, 0n, 10_000) : [],
      );
      const expected = domains.flatMap((domain) =>
        alive
          .filter((each) => each.domain === domain)
          .toSorted((one, other) => (one.virtStart < other.virtStart ? -1 : 1)),
      );
      expect(bornAt(found)).toEqual(expected.map(({ born }) => born));
    }
  });

  it('finds who ever mapped an IOVA, or a guest page', () => {
    const known = lifetimes
      .filter(({ died }) => died === null || died >= firstSequence)
      .toReversed();
    for (const before of moments) {
      const { domain, virtStart } = world.place();
      const range = { start: virtStart + 5n, end: virtStart + PAGE + 5n };
      const there = known.filter(
        (each) =>
          each.born < before &&
          each.domain === domain &&
          each.virtStart <= range.end &&
          each.virtEnd >= range.start,
      );
      expect(bornAt(history.lifetimesOfIova(domain, range, { before }))).toEqual(
        there.map(({ born }) => born),
      );
      const gpa = BigInt(random.between(0, 501)) * PAGE + 7n;
      const leadsThere = known.filter(
        (each) => each.physStart <= gpa && each.physStart + (each.virtEnd - each.virtStart) >= gpa,
      );
      expect(bornAt(history.lifetimesOfGpa({ start: gpa, end: gpa }))).toEqual(
        leadsThere.map(({ born }) => born),
      );
    }
  });

  it('counts MAPs and UNMAPs of any stretch', () => {
    for (const [index, one] of moments.entries()) {
      const other = moments[(index + 1) % moments.length] ?? one;
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const map = lifetimes.filter(({ born }) => born >= from && born <= to).length;
      const ended = lifetimes.filter(({ died }) => died !== null && died >= from && died <= to);
      const stretch = history.stretch(from, to);
      expect(stretch).toMatchObject({ from, to, totals: { map, unmap: ended.length } });
    }
  });

  it('counts what has gone by whole chunks', () => {
    const stretch = history.stretch(1, lastSequence);
    const [maps, unmaps] = [lifetimes.length, lifetimes.filter(({ died }) => died !== null).length];
    expect(stretch).toMatchObject({
      from: 1,
      to: lastSequence,
      totals: { attach: DOMAINS, map: maps, unmap: unmaps, rejected: 0 },
    });
    expect(stretch?.live.least).toBe(0);
    const inside = history.stretch(10, 20);
    expect(inside?.from).toBeLessThanOrEqual(10);
    expect(inside?.to).toBeGreaterThanOrEqual(20);
    expect(inside?.to).toBeLessThanOrEqual(CHUNK_EVENTS);
  });
});

it('takes at most 64 bytes an event with the record, bytes of requests apart', () => {
  const world = new World(2, Infinity);
  world.run(10 * CHUNK_EVENTS);
  const { history, record } = world;
  expect(world.live).toBeGreaterThan(1500);
  const requests = record.chunks.reduce((sum, { requests }) => sum + requests.capacity, 0);
  expect((record.bytes - requests + history.bytes) / record.count).toBeLessThan(64);
});

it('does not grow with lifetimes that have gone', () => {
  const world = new World(3, 2 * CHUNK_EVENTS * EVENT_BYTES);
  world.run(4 * CHUNK_EVENTS);
  const before = world.history.bytes;
  world.run(8 * CHUNK_EVENTS);
  expect(world.history.bytes).toBeLessThan(1.1 * before);
});

it('goes on from far back as if nothing had happened since', () => {
  const world = new World(4, Infinity);
  world.run(3 * CHUNK_EVENTS);
  const sequence = CHUNK_EVENTS + 4321;
  const was = world.history.at(sequence);
  world.record.rewind(sequence);
  const again = new History(world.record.fork(sequence));
  for (const history of [world.history, again]) {
    const moment = history.at(sequence);
    expect(moment.isKnown && moment.keyframe()).toEqual(was.isKnown && was.keyframe());
    expect(history.at(sequence + 1).isKnown).toBe(false);
  }
  expect(world.history.stretch(1, sequence)).toEqual(again.stretch(1, sequence));
});
