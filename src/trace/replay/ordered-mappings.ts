// Mappings of one moment by domain and IOVA.

import { joinWords } from '../../base/words.ts';
import { sortPlaces } from './byte-order.ts';
import type { Lifetime, LifetimeTable } from './lifetime.ts';

const U32_BITS = 32n;
const NONE = new Uint32Array();

export class OrderedMappings {
  readonly #table: LifetimeTable;
  /** Places in the table by ascending IOVA. */
  readonly #domains = new Map<number, Uint32Array>();

  constructor(table: LifetimeTable) {
    this.#table = table;
    const counts = new Map<number, number>();
    for (let at = 0; at < table.count; at += 1) {
      const domain = table.domain[at] ?? 0;
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    for (const [domain, count] of counts) this.#domains.set(domain, new Uint32Array(count));
    // From the end on, so that what is still to come is counted down
    for (let at = table.count - 1; at >= 0; at -= 1) {
      const domain = table.domain[at] ?? 0;
      const place = (counts.get(domain) ?? 0) - 1;
      counts.set(domain, place);
      this.places(domain)[place] = at;
    }
    for (const places of this.#domains.values()) {
      sortPlaces(places, table.startHigh, table.startLow);
    }
  }

  /** Domains with mappings. */
  get domains(): Iterable<number> {
    return this.#domains.keys();
  }

  /** By ascending IOVA. */
  places(domain: number): Uint32Array {
    return this.#domains.get(domain) ?? NONE;
  }

  /** Number of mappings and of bytes they cover. */
  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    const { startHigh, startLow, endHigh, endLow } = this.#table;
    const places = this.places(domain);
    let [high, low] = [0, 0];
    for (const place of places) {
      high += (endHigh[place] ?? 0) - (startHigh[place] ?? 0);
      low += (endLow[place] ?? 0) - (startLow[place] ?? 0) + 1;
    }
    return { mappings: places.length, bytes: (BigInt(high) << U32_BITS) + BigInt(low) };
  }

  /** At most `limit` in IOVA order: the one that contains `from`, and those after it. */
  list(domain: number, from: bigint, limit: number): readonly Lifetime[] {
    const places = this.places(domain);
    let low = 0;
    for (let high = places.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.#endOf(places[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    const found = places.subarray(low, low + limit);
    return Array.from(found, (place) => this.#table.get(place));
  }

  #endOf(place: number): bigint {
    return joinWords(this.#table.endHigh[place] ?? 0, this.#table.endLow[place] ?? 0);
  }
}
