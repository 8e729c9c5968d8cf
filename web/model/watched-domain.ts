// The one domain whose mappings are on the screen: its rows are read from the latest moment of the record when they are shown;
// what comes and goes in between is noted, so that it can be seen.

import { joinWords } from '../../src/base/words.ts';
import type { MappingColumns } from '../../src/trace/replay/lifetime.ts';
import type { History } from '../../src/trace/replay/history.ts';

/** Rows of a domain at most: a guest can make millions, and a person can look at some. Those with the lowest IOVAs. */
export const MAX_ROWS = 10_000;
/** Changes kept for the map's flashes. */
const MAX_CHANGES = 1_024;

/** A mapping as the page shows it: IOVA `start`..`end` (inclusive) to GPA from `phys` on. */
export interface MappingRow {
  /** Of its lifetime. */
  readonly id: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly phys: bigint;
  /** VIRTIO_IOMMU_MAP_F_* bits. */
  readonly flags: number;
}

/** A mapping that just came or went, for painting. */
export interface MappingChange {
  readonly kind: 'mapped' | 'unmapped';
  readonly start: bigint;
  readonly end: bigint;
  /** The page's clock in milliseconds. */
  readonly atMs: number;
}

export class WatchedDomain {
  #history: History | undefined;
  #leave: () => void = () => undefined;
  #domain: number | null = null;
  #changes: MappingChange[] = [];
  #version = 0;
  #nowMs = 0;
  /** The rows made last, and by ID, which a mapping keeps. */
  #rows: readonly MappingRow[] = [];
  #known = new Map<number, MappingRow>();
  #madeFor = 0;

  /** Another one after each change of what is shown. */
  get version(): number {
    return this.#version;
  }

  get domain(): number | null {
    return this.#domain;
  }

  /** In IOVA order, `MAX_ROWS` at most; valid until the next change. */
  get rows(): readonly MappingRow[] {
    if (this.#madeFor !== this.#version) this.#makeRows();
    return this.#rows;
  }

  /** Mappings there are, shown or not. */
  get count(): number {
    return this.#domain === null ? 0 : (this.#history?.present.count(this.#domain) ?? 0);
  }

  /** Whether mappings may be missing: nobody has told of how they were made. */
  get isIncomplete(): boolean {
    return this.#domain !== null && (this.#history?.present.missing ?? null) !== null;
  }

  /** Newest last. */
  get changes(): readonly MappingChange[] {
    return this.#changes.slice(-MAX_CHANGES);
  }

  watch(domain: number | null): void {
    if (domain === this.#domain) return;
    this.#domain = domain;
    this.#forgetRows();
  }

  /** Another record is read from now on; none, if the machine starts anew. */
  follow(history: History | undefined): void {
    this.#leave();
    this.#history = history;
    this.#leave = history?.record.rewound.on(() => this.#forgetRows()) ?? (() => undefined);
    this.#forgetRows();
  }

  /** `nowMs` is the page's clock, which the changes from here on are stamped with. */
  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** For `History`, which tells of each mapping. */
  note(kind: MappingChange['kind'], columns: MappingColumns, at: number): void {
    if (columns.domain[at] !== this.#domain) return;
    this.#version++;
    this.#changes.push({
      kind,
      start: joinWords(columns.startHigh[at] ?? 0, columns.startLow[at] ?? 0),
      end: joinWords(columns.endHigh[at] ?? 0, columns.endLow[at] ?? 0),
      atMs: this.#nowMs,
    });
    if (this.#changes.length > 2 * MAX_CHANGES) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  #forgetRows(): void {
    this.#version++;
    this.#changes = [];
    this.#known = new Map();
  }

  #makeRows(): void {
    this.#madeFor = this.#version;
    const [history, domain] = [this.#history, this.#domain];
    const ids = domain === null ? [] : (history?.present.ids(domain, MAX_ROWS) ?? []);
    const known = new Map<number, MappingRow>();
    for (const id of ids) {
      const row = this.#known.get(id) ?? rowOf(history, id);
      if (row !== undefined) known.set(id, row);
    }
    this.#known = known;
    this.#rows = [...known.values()];
  }
}

function rowOf(history: History | undefined, id: number): MappingRow | undefined {
  const lifetime = history?.lifetime(id);
  if (lifetime === undefined) return undefined;
  const { virtStart, virtEnd, physStart, flags } = lifetime;
  return { id, start: virtStart, end: virtEnd, phys: physStart, flags };
}
