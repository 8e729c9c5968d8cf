// How much happened in a chunk: totals, and the least and most that was mapped, for each 64 events. Totals of any stretch
// are a difference of two sums.

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { EventTotals } from '../event-totals.ts';
import { CHUNK_EVENTS } from '../record/event-chunk.ts';
import { NO_STATUS, type EventColumns } from '../record/event-columns.ts';
import { FAULTED, IGNORED } from './event-codes.ts';

const LEAF = 64;
const LEAVES = CHUNK_EVENTS / LEAF;

/** The order of sums; requests stand at the code of their kind. */
const NAMES = [
  'attach',
  'detach',
  'map',
  'unmap',
  'probe',
  'ignored',
  'rejected',
  'faults',
] as const satisfies readonly (keyof EventTotals)[];
const REJECTED = NAMES.indexOf('rejected');
const FAULTS = NAMES.indexOf('faults');

/** Sums in a row. */
export const SUMS = NAMES.length;

/** Where each sum stands. */
export const SUM_PLACES: ReadonlyMap<keyof EventTotals, number> = new Map(
  NAMES.map((name, place) => [name, place]),
);

/** Sums in the order of `NAMES`. */
export type Sums = Float64Array;

export function noSums(): Sums {
  return new Float64Array(NAMES.length);
}

export function totalsOf(from: Sums, to: Sums): EventTotals {
  const difference = (index: number): number => (to[index] ?? 0) - (from[index] ?? 0);
  const [attach, detach, map, unmap, probe, ignored, rejected, faults] = [
    difference(0),
    difference(1),
    difference(2),
    difference(3),
    difference(4),
    difference(5),
    difference(REJECTED),
    difference(FAULTS),
  ];
  return { attach, detach, map, unmap, probe, ignored, rejected, faults };
}

/** What was mapped after each event of a stretch, at least and at most: mappings, and bytes that they reach. */
export interface Reach {
  readonly live: { readonly least: number; readonly most: number };
  /** Rounded to 53 bits. */
  readonly bytes: { readonly least: number; readonly most: number };
}

export function joinReach(one: Reach, other: Reach): Reach {
  return { live: join(one.live, other.live), bytes: join(one.bytes, other.bytes) };
}

function join(one: Reach['live'], other: Reach['live']): Reach['live'] {
  return { least: Math.min(one.least, other.least), most: Math.max(one.most, other.most) };
}

const FLOATS = new Float32Array(1);
const FLOAT_BITS = new Uint32Array(FLOATS.buffer);

/** Bytes as a curve needs them, in 16 bits that have the same order: the upper half of a binary32, rounded. */
function toCurve(bytes: number): number {
  FLOATS[0] = bytes;
  return ((FLOAT_BITS[0] ?? 0) + 0x8000) >>> 16;
}

function fromCurve(value: number): number {
  FLOAT_BITS[0] = value << 16;
  return FLOATS[0] ?? 0;
}

/** What is mapped after an event. */
export interface Mapped {
  readonly live: number;
  readonly bytes: number;
  readonly isOpen: boolean;
}

/** The totals of a chunk, which are told of each of its events in turn. */
export class ChunkTotals {
  /** Sums before its first event. */
  readonly before: Sums;
  #sums = noSums();
  #count = 0;
  /** Sums within the chunk after each leaf. */
  #after = new Uint16Array(LEAVES * NAMES.length);
  #leastLive = new Uint32Array(LEAVES);
  #mostLive = new Uint32Array(LEAVES);
  #leastBytes = new Float64Array(LEAVES);
  #mostBytes = new Float64Array(LEAVES);
  /** Bytes that devices could reach before its first event. */
  readonly reachedBefore: number;
  /** The same after each event, and at least and at most in each leaf, as `toCurve` has them. */
  #reached = new Uint16Array(CHUNK_EVENTS);
  #leastReached = new Uint16Array(LEAVES);
  #mostReached = new Uint16Array(LEAVES);

  constructor(before: Sums, reachedBefore: number) {
    this.before = before;
    this.reachedBefore = fromCurve(toCurve(reachedBefore));
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return this.#after.byteLength + this.#leastLive.length * 28 + this.#reached.byteLength;
  }

  /** `bytes` are mapped; `isOpen`: an endpoint reaches all memory. */
  add(columns: EventColumns, row: number, { live, bytes, isOpen }: Mapped): void {
    count(this.#sums, columns, row);
    const leaf = Math.floor(row / LEAF);
    const isFirst = row % LEAF === 0;
    this.#leastLive[leaf] = isFirst ? live : Math.min(this.#leastLive[leaf] ?? 0, live);
    this.#mostLive[leaf] = isFirst ? live : Math.max(this.#mostLive[leaf] ?? 0, live);
    this.#leastBytes[leaf] = isFirst ? bytes : Math.min(this.#leastBytes[leaf] ?? 0, bytes);
    this.#mostBytes[leaf] = isFirst ? bytes : Math.max(this.#mostBytes[leaf] ?? 0, bytes);
    const reached = toCurve(isOpen ? Infinity : bytes);
    this.#reached[row] = reached;
    this.#leastReached[leaf] = isFirst ? reached : Math.min(this.#leastReached[leaf] ?? 0, reached);
    this.#mostReached[leaf] = isFirst ? reached : Math.max(this.#mostReached[leaf] ?? 0, reached);
    this.#count = row + 1;
    if (this.#count % LEAF === 0) this.#after.set(this.#sums, leaf * NAMES.length);
  }

  /** Sums of all that happened before a row. */
  sumsAt(columns: EventColumns, row: number): Sums {
    const sums = this.before.slice();
    const leaf = Math.floor(row / LEAF);
    const place = (leaf - 1) * NAMES.length;
    for (let index = 0; index < sums.length; index += 1) {
      sums[index] = (sums[index] ?? 0) + (this.#after[place + index] ?? 0);
    }
    for (let each = leaf * LEAF; each < row; each += 1) count(sums, columns, each);
    return sums;
  }

  /** Of the leaves that rows are in, the last one included. */
  reach(fromRow: number, toRow: number): Reach {
    const first = Math.floor(fromRow / LEAF);
    const end = Math.floor(toRow / LEAF) + 1;
    const [leastLive, mostLive] = [this.#leastLive, this.#mostLive];
    const live = { least: leastLive[first] ?? 0, most: mostLive[first] ?? 0 };
    const bytes = { least: this.#leastBytes[first] ?? 0, most: this.#mostBytes[first] ?? 0 };
    for (let leaf = first + 1; leaf < end; leaf += 1) {
      live.least = Math.min(live.least, leastLive[leaf] ?? 0);
      live.most = Math.max(live.most, mostLive[leaf] ?? 0);
      bytes.least = Math.min(bytes.least, this.#leastBytes[leaf] ?? 0);
      bytes.most = Math.max(bytes.most, this.#mostBytes[leaf] ?? 0);
    }
    return { live, bytes };
  }

  /**
   * Bytes that devices could reach after a row, to half a percent; Infinity where one of them reached all memory. Before the
   * first row for -1.
   */
  reachedAfter(row: number): number {
    return row < 0 ? this.reachedBefore : fromCurve(this.#reached[row] ?? 0);
  }

  /** The same at least and at most after any of these rows, the last one included. */
  reachedWithin(fromRow: number, toRow: number): { readonly least: number; readonly most: number } {
    let least = 0xffff;
    let most = 0;
    for (let row = fromRow; row <= toRow;) {
      const leaf = row / LEAF;
      const isWhole = Number.isInteger(leaf) && row + LEAF <= toRow;
      const from = isWhole ? this.#leastReached[leaf] : this.#reached[row];
      const to = isWhole ? this.#mostReached[leaf] : this.#reached[row];
      least = Math.min(least, from ?? 0);
      most = Math.max(most, to ?? 0);
      row += isWhole ? LEAF : 1;
    }
    return { least: fromCurve(least), most: fromCurve(most) };
  }

  /** Gives back the room that is not used. */
  trim(): void {
    const leaves = Math.ceil(this.#count / LEAF);
    this.#after = this.#after.slice(0, leaves * NAMES.length);
    this.#leastLive = this.#leastLive.slice(0, leaves);
    this.#mostLive = this.#mostLive.slice(0, leaves);
    this.#leastBytes = this.#leastBytes.slice(0, leaves);
    this.#mostBytes = this.#mostBytes.slice(0, leaves);
    this.#reached = this.#reached.slice(0, this.#count);
    this.#leastReached = this.#leastReached.slice(0, leaves);
    this.#mostReached = this.#mostReached.slice(0, leaves);
  }
}

function count(sums: Sums, { kind, status }: EventColumns, row: number): void {
  const code = kind[row] ?? 0;
  if (code === FAULTED) sums[FAULTS] = (sums[FAULTS] ?? 0) + 1;
  if (code > IGNORED) return;
  sums[code] = (sums[code] ?? 0) + 1;
  const answer = status[row];
  // A request of which no status is known is not taken for a refused one; one that was not understood is
  const isRejected = answer !== VIRTIO_IOMMU_S_OK && (answer !== NO_STATUS || code === IGNORED);
  if (isRejected) sums[REJECTED] = (sums[REJECTED] ?? 0) + 1;
}
