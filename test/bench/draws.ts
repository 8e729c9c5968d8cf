// The addresses that are looked up: computed before the race, the same for every contestant.

import type { Random } from '../differential/random.ts';
import type { Layout } from './layout.ts';
import type { Work } from './race.ts';

export const HIT_KINDS = ['uniform', 'hot', 'sequential'] as const;
export type HitKind = (typeof HIT_KINDS)[number];

/** Bytes of each access: a descriptor. Addresses are multiples of it, so that none crosses a page. */
export const ACCESS_LENGTH = 16;

/** IOVAs as halves, and the sum of all answers before each one. */
export interface Draws {
  readonly count: number;
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
  /** Sum, as i32, of (low ^ high) of the guest-physical addresses of draws 0..i - 1. */
  readonly sums: Int32Array;
}

/** One way to translate, with all mappings in place. */
export interface Lookup {
  readonly name: string;
  readonly makeWork: (draws: Draws) => Work;
}

const LEAST_DRAWS = 65_536;
const HOT_SET = 64;
const PAGE_SIZE = 4096;

/**
 * `uniform`: any byte of any mapping, each mapping as likely as another. `hot`: the same in 64 random mappings.
 * `sequential`: a random byte of each mapping in ascending order. At least 65536 draws, and no fewer than mappings.
 */
export function drawAddresses(layout: Layout, kind: HitKind, random: Random): Draws {
  const mappings = layout.pages.length;
  const count = Math.max(LEAST_DRAWS, mappings);
  const highs = new Uint32Array(count);
  const lows = new Uint32Array(count);
  const sums = new Int32Array(count + 1);
  const hot = Array.from({ length: HOT_SET }, () => random.between(0, mappings - 1));
  const choose: Record<HitKind, (draw: number) => number> = {
    uniform: () => random.between(0, mappings - 1),
    hot: () => random.pick(hot),
    sequential: (draw) => draw % mappings,
  };
  for (let draw = 0; draw < count; draw++) {
    const mapping = choose[kind](draw);
    const inside = random.between(0, 2 ** (layout.log2Pages[mapping] ?? 0) - 1);
    const offset = random.between(0, PAGE_SIZE / ACCESS_LENGTH - 1) * ACCESS_LENGTH;
    const page = (layout.pages[mapping] ?? 0) + inside;
    const phys = (layout.physPages[mapping] ?? 0) + inside;
    highs[draw] = pageHigh(page);
    lows[draw] = pageLow(page) + offset;
    sums[draw + 1] = (sums[draw] ?? 0) + ((pageLow(phys) + offset) ^ pageHigh(phys));
  }
  return { count, highs, lows, sums };
}

/** The sum that `start`..`end - 1` must give. */
export function sumOf({ sums }: Draws, start: number, end: number): number {
  return ((sums[end] ?? 0) - (sums[start] ?? 0)) | 0;
}

/** Halves of a page's address. */
export function pageHigh(page: number): number {
  return page >>> 20;
}

export function pageLow(page: number): number {
  return (page << 12) >>> 0;
}
