// Mappings in a trace of Chrome JSON: how many are alive and how much they reach as counters, and each one's lifetime.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import type { History } from '../replay/history.ts';
import type { Lifetime } from '../replay/lifetime.ts';
import { DEVICE_PID, MAPPINGS_PID, type ChromeEvent } from './chrome-tracks.ts';
import { hexText } from './chrome-words.ts';

/** What ends a lifetime has to repeat of what began it. */
interface Lane {
  readonly id: string;
  readonly name: string;
}

export class ChromeMappings {
  readonly #history: History;
  readonly #maxLanes: number;
  /** Lifetimes that are shown and have not ended, by their ID. */
  readonly #lanes = new Map<number, Lane>();
  /** Lifetimes that are alive, by the event that will end them. */
  readonly #ends = new Map<number, Lifetime[]>();
  #live = 0;
  #bytes = 0n;
  #ids = 0;
  #leftOut = 0;
  #changes = 0;

  /** Shows at most `maxLanes` lifetimes that run at the same time. */
  constructor(history: History, maxLanes: number) {
    this.#history = history;
    this.#maxLanes = maxLanes;
  }

  /** Lifetimes that had no room. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** What was alive before an event, the first. */
  *before(sequence: number, ts: number): Generator<ChromeEvent> {
    const moment = this.#history.at(sequence - 1);
    if (!moment.isKnown) return;
    for (const { id } of moment.domains) {
      for (const lifetime of moment.mappings(id, 0n, Infinity)) yield* this.#begin(lifetime, ts);
    }
    yield* this.#counters(ts);
  }

  /** What an event made of the mappings. `after`: the event before it that is in the record. */
  *at(sequence: number, after: number, ts: number): Generator<ChromeEvent> {
    const before = this.#changes;
    // Among events that are missing, some ended
    if (sequence > after + 1) {
      for (const end of this.#ends.keys()) {
        if (end > after && end < sequence) yield* this.#end(end, ts);
      }
    }
    yield* this.#end(sequence, ts);
    const born = this.#history.lifetime(sequence);
    if (born !== undefined) yield* this.#begin(born, ts);
    if (this.#changes !== before) yield* this.#counters(ts);
  }

  /** The record ends: what is alive is shown up to here. */
  *after(ts: number): Generator<ChromeEvent> {
    for (const lane of this.#lanes.values()) {
      yield { ph: 'e', cat: 'mapping', ...lane, pid: MAPPINGS_PID, ts, args: { ended: 'not yet' } };
    }
    this.#lanes.clear();
  }

  *#begin(lifetime: Lifetime, ts: number): Generator<ChromeEvent> {
    const { id, domain, born, died, virtStart, virtEnd, physStart, flags } = lifetime;
    this.#changes += 1;
    this.#live += 1;
    this.#bytes += virtEnd - virtStart + 1n;
    if (died !== null) append(this.#ends, died, lifetime);
    if (this.#lanes.size >= this.#maxLanes) {
      this.#leftOut += 1;
      return;
    }
    this.#ids += 1;
    const lane = { id: hexText(BigInt(this.#ids)), name: `domain ${domain}` };
    this.#lanes.set(id, lane);
    const args = {
      iova: hexText(virtStart),
      end: hexText(virtEnd),
      gpa: hexText(physStart),
      rights: rightsOf(flags),
      made: born === null ? 'not known' : `#${born}`,
    };
    yield { ph: 'b', cat: 'mapping', ...lane, pid: MAPPINGS_PID, ts, args };
  }

  *#end(sequence: number, ts: number): Generator<ChromeEvent> {
    for (const { id, virtStart, virtEnd } of this.#ends.get(sequence) ?? []) {
      this.#changes += 1;
      this.#live -= 1;
      this.#bytes -= virtEnd - virtStart + 1n;
      const lane = this.#lanes.get(id);
      if (lane === undefined) continue;
      this.#lanes.delete(id);
      const args = { ended: `#${sequence}` };
      yield { ph: 'e', cat: 'mapping', ...lane, pid: MAPPINGS_PID, ts, args };
    }
    this.#ends.delete(sequence);
  }

  *#counters(ts: number): Generator<ChromeEvent> {
    const place = { ph: 'C', pid: DEVICE_PID, ts };
    yield { ...place, name: 'mappings', args: { live: this.#live } };
    yield { ...place, name: 'reachable bytes', args: { bytes: Number(this.#bytes) } };
  }
}

function append(lists: Map<number, Lifetime[]>, key: number, lifetime: Lifetime): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [lifetime]);
  else list.push(lifetime);
}

function rightsOf(flags: number): string {
  const read = (flags & VIRTIO_IOMMU_MAP_F_READ) === 0 ? '' : 'r';
  return `${read}${(flags & VIRTIO_IOMMU_MAP_F_WRITE) === 0 ? '' : 'w'}`;
}
