// The domain that is busiest: the one whose devices make most accesses just now. It stays until another is clearly busier, and
// while nothing happens.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';

/** Accesses count half when they are so old. */
const HALF_LIFE_MS = 1_000;
/** Fewer accesses than these, the older ones counted less, make no domain busy: devices are never quite idle. */
const LEAST = 16;
/** Another domain takes over when it has this many times the accesses: enough not to flicker between two. */
const TAKEOVER_FACTOR = 4;

/** Accesses of a domain: in all when they were looked at last, and recent ones. */
interface Seen {
  readonly total: number;
  readonly recent: number;
}

export class BusyDomain {
  #seen = new Map<number, Seen>();
  #atMs = 0;
  #domain: number | null = null;

  /** Null while none has been busy yet. */
  get domain(): number | null {
    return this.#domain;
  }

  /** `nowMs` is the page's clock. */
  note(state: IommuState | null, nowMs: number): void {
    const kept = 2 ** (-(nowMs - this.#atMs) / HALF_LIFE_MS);
    this.#atMs = nowMs;
    const seen = new Map<number, Seen>();
    for (const { id, translated, blocked } of state?.domains ?? []) {
      const total = translated + blocked;
      const before = this.#seen.get(id);
      // What was done before anybody looked is not recent; a domain that begins anew counts from zero
      const made = before === undefined ? 0 : total - (total < before.total ? 0 : before.total);
      seen.set(id, { total, recent: (before?.recent ?? 0) * kept + made });
    }
    this.#seen = seen;
    this.#choose();
  }

  clear(): void {
    this.#seen = new Map();
    this.#domain = null;
  }

  #choose(): void {
    const recentOf = (id: number | null): number =>
      id === null ? 0 : (this.#seen.get(id)?.recent ?? 0);
    for (const [id, { recent }] of this.#seen) {
      const current = Math.max(LEAST / TAKEOVER_FACTOR, recentOf(this.#domain));
      if (id !== this.#domain && recent >= TAKEOVER_FACTOR * current) this.#domain = id;
    }
  }
}
