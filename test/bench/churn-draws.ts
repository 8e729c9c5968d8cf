// Where mappings come and go: computed before the race, the same for every contestant.

import type { Random } from '../differential/random.ts';
import { packValue } from './contestants/packed-value.ts';
import { randomPhysPage, shuffledIndices } from './layout.ts';
import type { Work } from './race.ts';

export const CHURN_KINDS = ['free', 'live'] as const;
/**
 * `free`: maps a page at a random free place, then unmaps it. `live`: unmaps a random live page, then maps it again.
 */
export type ChurnKind = (typeof CHURN_KINDS)[number];

/** Single pages that `map` and `unmap` are asked for by index. */
export interface ChurnDraws {
  readonly count: number;
  readonly pages: Uint32Array;
  readonly physPages: Uint32Array;
  /** For the ordered maps: contestants/packed-value.ts. */
  readonly values: Int32Array;
}

/** Both give 1 for done. */
export interface MapAndUnmap {
  readonly map: (draw: number) => number;
  readonly unmap: (draw: number) => number;
}

/** One way to map and unmap, with all live pages in place. */
export interface Churn {
  readonly name: string;
  readonly make: (draws: ChurnDraws) => MapAndUnmap;
}

export interface ChurnPlan {
  /** Mapped when the race begins and after each pair, in random order. */
  readonly live: ChurnDraws;
  readonly draws: Readonly<Record<ChurnKind, ChurnDraws>>;
}

const MOST_DRAWS = 65_536;

/** `count` live pages at random places of a space of twice as many; the other half is free. */
export function planChurn(count: number, random: Random): ChurnPlan {
  const places = shuffledIndices(2 * count, random);
  const live = drawsAt(places.subarray(0, count), random);
  const some = Math.min(count, MOST_DRAWS);
  return {
    live,
    draws: {
      free: drawsAt(places.subarray(count, count + some), random),
      live: slice(live, some),
    },
  };
}

function drawsAt(places: Uint32Array, random: Random): ChurnDraws {
  const physPages = places.map(() => randomPhysPage(random));
  return {
    count: places.length,
    pages: places,
    physPages,
    values: Int32Array.from(physPages, (physPage) => packValue(physPage, 0)),
  };
}

function slice({ pages, physPages, values }: ChurnDraws, count: number): ChurnDraws {
  return {
    count,
    pages: pages.subarray(0, count),
    physPages: physPages.subarray(0, count),
    values: values.subarray(0, count),
  };
}

/** Counts what was done: two for each pair. */
export function freeChurn({ map, unmap }: MapAndUnmap): Work {
  return (start, end) => {
    let done = 0;
    for (let draw = start; draw < end; draw++) done += map(draw) + unmap(draw);
    return done;
  };
}

/** Counts what was done: two for each pair. */
export function liveChurn({ map, unmap }: MapAndUnmap): Work {
  return (start, end) => {
    let done = 0;
    for (let draw = start; draw < end; draw++) done += unmap(draw) + map(draw);
    return done;
  };
}
