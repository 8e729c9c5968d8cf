// A mapping over time, and many of them in columns.

import { highWord, joinWords, lowWord } from '../../base/words.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import { toGpa, toIova } from '../../memory/address.ts';

/** One mapping from the MAP that made it to the event that ended it. */
export interface Lifetime extends Mapping {
  /** Sequence of its MAP; below 0 where that is not known, and another for each. */
  readonly id: number;
  readonly domain: number;
  /** Sequence of its MAP; null where that is not known. */
  readonly born: number | null;
  /**
   * Sequence of the event that ended it: UNMAP, the ATTACH or DETACH by which its domain vanished, reset, power cycle. An
   * event that is not there: it ended somewhere among events that are missing. A MAP: it had ended unseen, since that MAP
   * took its place. Null while it lives.
   */
  readonly died: number | null;
}

/** The columns that say what is mapped where; events have them, and lifetimes whose event is gone. */
export interface MappingColumns {
  readonly domain: Uint32Array;
  readonly flags: Uint32Array;
  readonly startHigh: Uint32Array;
  readonly startLow: Uint32Array;
  readonly endHigh: Uint32Array;
  readonly endLow: Uint32Array;
  readonly gpaHigh: Uint32Array;
  readonly gpaLow: Uint32Array;
}

/** The lifetime in a row; `died` is Infinity while it lives. */
export function lifetimeIn(
  columns: MappingColumns,
  at: number,
  id: number,
  died: number,
): Lifetime {
  const word = (column: Uint32Array): number => column[at] ?? 0;
  return {
    id,
    domain: word(columns.domain),
    virtStart: toIova(joinWords(word(columns.startHigh), word(columns.startLow))),
    virtEnd: toIova(joinWords(word(columns.endHigh), word(columns.endLow))),
    physStart: toGpa(joinWords(word(columns.gpaHigh), word(columns.gpaLow))),
    flags: word(columns.flags),
    born: id < 0 ? null : id,
    died: died === Infinity ? null : died,
  };
}

const FIRST_CAPACITY = 64;
/** Of one lifetime. */
const LIFETIME_BYTES = 48;

/** Lifetimes in the order of their birth. */
export class LifetimeTable implements MappingColumns {
  count = 0;
  ids: Float64Array;
  /** Infinity while alive. */
  died: Float64Array;
  domain: Uint32Array;
  flags: Uint32Array;
  startHigh: Uint32Array;
  startLow: Uint32Array;
  endHigh: Uint32Array;
  endLow: Uint32Array;
  gpaHigh: Uint32Array;
  gpaLow: Uint32Array;

  /** Empty, with room for so many before it has to grow. */
  constructor(capacity = FIRST_CAPACITY) {
    this.ids = new Float64Array(capacity);
    this.died = new Float64Array(capacity);
    this.domain = new Uint32Array(capacity);
    this.flags = new Uint32Array(capacity);
    this.startHigh = new Uint32Array(capacity);
    this.startLow = new Uint32Array(capacity);
    this.endHigh = new Uint32Array(capacity);
    this.endLow = new Uint32Array(capacity);
    this.gpaHigh = new Uint32Array(capacity);
    this.gpaLow = new Uint32Array(capacity);
  }

  /** Bytes of memory that it takes. */
  get bytes(): number {
    return this.ids.length * LIFETIME_BYTES;
  }

  /** Adds one whose mapping is in a row. */
  add(columns: MappingColumns, row: number, id: number, died: number): void {
    const at = this.count;
    if (at === this.ids.length) this.#grow(2 * at);
    this.count += 1;
    this.#put(at, columns, row);
    this.ids[at] = id;
    this.died[at] = died;
  }

  /** Adds one that is known without its MAP's event. */
  addMapping(mapping: Mapping & { readonly domain: number }, id: number): void {
    this.add(columnsOf(mapping), 0, id, Infinity);
  }

  /** Keeps those that a test lets through, in their order. */
  keep(isKept: (at: number) => boolean): void {
    let kept = 0;
    for (let at = 0; at < this.count; at += 1) {
      if (!isKept(at)) continue;
      if (kept < at) {
        this.#put(kept, this, at);
        this.ids[kept] = this.ids[at] ?? 0;
        this.died[kept] = this.died[at] ?? 0;
      }
      kept += 1;
    }
    this.count = kept;
  }

  /** Where the one with an ID is; -1 when it is not here. */
  find(id: number): number {
    let low = 0;
    for (let high = this.count; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.ids[middle] ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.ids[low] === id ? low : -1;
  }

  get(at: number): Lifetime {
    return lifetimeIn(this, at, this.ids[at] ?? 0, this.died[at] ?? 0);
  }

  #put(at: number, columns: MappingColumns, row: number): void {
    this.domain[at] = columns.domain[row] ?? 0;
    this.flags[at] = columns.flags[row] ?? 0;
    this.startHigh[at] = columns.startHigh[row] ?? 0;
    this.startLow[at] = columns.startLow[row] ?? 0;
    this.endHigh[at] = columns.endHigh[row] ?? 0;
    this.endLow[at] = columns.endLow[row] ?? 0;
    this.gpaHigh[at] = columns.gpaHigh[row] ?? 0;
    this.gpaLow[at] = columns.gpaLow[row] ?? 0;
  }

  #grow(capacity: number): void {
    this.ids = wider(this.ids, new Float64Array(capacity));
    this.died = wider(this.died, new Float64Array(capacity));
    this.domain = wider(this.domain, new Uint32Array(capacity));
    this.flags = wider(this.flags, new Uint32Array(capacity));
    this.startHigh = wider(this.startHigh, new Uint32Array(capacity));
    this.startLow = wider(this.startLow, new Uint32Array(capacity));
    this.endHigh = wider(this.endHigh, new Uint32Array(capacity));
    this.endLow = wider(this.endLow, new Uint32Array(capacity));
    this.gpaHigh = wider(this.gpaHigh, new Uint32Array(capacity));
    this.gpaLow = wider(this.gpaLow, new Uint32Array(capacity));
  }
}

function wider<Column extends Float64Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

function columnsOf(mapping: Mapping & { readonly domain: number }): MappingColumns {
  const { domain, virtStart, virtEnd, physStart, flags } = mapping;
  return {
    domain: Uint32Array.of(domain),
    flags: Uint32Array.of(flags),
    startHigh: Uint32Array.of(highWord(virtStart)),
    startLow: Uint32Array.of(lowWord(virtStart)),
    endHigh: Uint32Array.of(highWord(virtEnd)),
    endLow: Uint32Array.of(lowWord(virtEnd)),
    gpaHigh: Uint32Array.of(highWord(physStart)),
    gpaLow: Uint32Array.of(lowWord(physStart)),
  };
}
