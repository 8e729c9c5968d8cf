// Mappings of one moment by domain and IOVA.

import { joinWords } from '../../base/words.ts';
import { sortPlaces } from './byte-order.ts';
import type { Lifetime, LifetimeTable } from './lifetime.ts';

const U32_BITS = 32n;

export class OrderedMappings {
  readonly #table: LifetimeTable;
  /** Places in the table by ascending IOVA. */
  readonly #domains = new Map<number, number[]>();

  constructor(table: LifetimeTable) {
    this.#table = table;
    const places = new Uint32Array(table.count);
    for (let at = 0; at < places.length; at += 1) places[at] = at;
    sortPlaces(places, table.startHigh, table.startLow);
    for (const place of places) {
      const domain = table.domain[place] ?? 0;
      const places = this.#domains.get(domain);
      if (places === undefined) this.#domains.set(domain, [place]);
      else places.push(place);
    }
  }

  /** Domains with mappings. */
  get domains(): Iterable<number> {
    return this.#domains.keys();
  }

  /** Number of mappings and of bytes they cover. */
  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    const { startHigh, startLow, endHigh, endLow } = this.#table;
    const places = this.#domains.get(domain) ?? [];
    let [high, low] = [0, 0];
    for (const place of places) {
      high += (endHigh[place] ?? 0) - (startHigh[place] ?? 0);
      low += (endLow[place] ?? 0) - (startLow[place] ?? 0) + 1;
    }
    return { mappings: places.length, bytes: (BigInt(high) << U32_BITS) + BigInt(low) };
  }

  /** At most `limit` in IOVA order: the one that contains `from`, and those after it. */
  list(domain: number, from: bigint, limit: number): readonly Lifetime[] {
    const places = this.#domains.get(domain) ?? [];
    let low = 0;
    for (let high = places.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.#endOf(places[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return places.slice(low, low + limit).map((place) => this.#table.get(place));
  }

  #endOf(place: number): bigint {
    return joinWords(this.#table.endHigh[place] ?? 0, this.#table.endLow[place] ?? 0);
  }
}
