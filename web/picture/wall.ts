// A wall: a domain's IOVA axis as a bar, closed where nothing is mapped. What it shows true to scale are the stretches of
// its fold; the deserts between them are narrow.

import { countIn, PAGE_BYTES, runFrom, type Run } from './runs.ts';
import { foldPages, type Fold } from './fold.ts';

/** Folds of walls. */
export const WALL_RULES = { most: 6, gap: 64, align: 1 } as const;

/** Width of a desert between two stretches, and of the one at the end. */
const DESERT = 6;
/** The narrowest stretch. */
const NARROWEST = 5;
/** Share of the bar that its first page takes, and each doubling from then on; and the most for all. */
const FIRST_SHARE = 0.12;
const DOUBLING_SHARE = 0.085;
const MOST_SHARE = 0.94;

/** A part of the bar in which places are addresses, true to scale. */
export interface Stretch {
  readonly x: number;
  readonly width: number;
  readonly run: Run;
}

/** A part of the bar that is mapped: `share` of it, above 0 and up to 1, where it stands for many pages. */
export interface Opening {
  readonly x: number;
  readonly width: number;
  readonly share: number;
}

export interface Wall {
  readonly stretches: readonly Stretch[];
  readonly openings: readonly Opening[];
}

/** Places the stretches at the right end of a bar from `x` on, as addresses are given from the top. */
function place(fold: Fold, x: number, width: number): readonly Stretch[] {
  const { stretches } = fold;
  if (stretches.length === 0) return [];
  const pages = foldPages(fold);
  const share = Math.min(MOST_SHARE, FIRST_SHARE + DOUBLING_SHARE * Math.log2(1 + pages));
  const room = Math.max(0, width * share - DESERT * stretches.length);
  // Of the root of their sizes, so that a single page beside a thousand is still to be seen
  const weights = stretches.map((run) => Math.sqrt(countIn([run])));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const least = Math.min(NARROWEST, room / stretches.length);
  const free = room - least * stretches.length;
  const widths = weights.map((weight) => least + (free * weight) / sum);
  const used = widths.reduce((all, each) => all + each + DESERT, 0);
  let left = x + width - used;
  return stretches.map((run, at) => {
    const stretch = { x: left, width: widths[at] ?? 0, run };
    left += stretch.width + DESERT;
    return stretch;
  });
}

function placeIn({ x, width, run }: Stretch, page: number): number {
  return x + (width * (page - run.first)) / countIn([run]);
}

/** How much of each pixel of a stretch is mapped. */
function coverage(stretch: Stretch, mapped: readonly Run[]): Float64Array {
  const { x, run } = stretch;
  const pixels = new Float64Array(Math.max(1, Math.ceil(stretch.width)));
  for (let at = runFrom(mapped, run.first); at < mapped.length; at += 1) {
    const { first, last } = mapped[at] ?? run;
    if (first > run.last) break;
    const from = placeIn(stretch, Math.max(first, run.first)) - x;
    const to = placeIn(stretch, Math.min(last, run.last) + 1) - x;
    for (let pixel = Math.floor(from); pixel < to && pixel < pixels.length; pixel += 1) {
      const part = Math.min(to, pixel + 1) - Math.max(from, pixel);
      pixels[pixel] = Math.min(1, (pixels[pixel] ?? 0) + part);
    }
  }
  return pixels;
}

function openingsOf(stretch: Stretch, mapped: readonly Run[]): readonly Opening[] {
  const openings: Opening[] = [];
  const end = stretch.x + stretch.width;
  for (const [at, part] of coverage(stretch, mapped).entries()) {
    // Sixteenths are as fine as is seen, and leave few parts to paint
    const share = Math.ceil(part * 16) / 16;
    if (share === 0) continue;
    const x = stretch.x + at;
    const width = Math.min(1, end - x);
    const before = openings.at(-1);
    if (before !== undefined && before.share === share && before.x + before.width === x) {
      openings[openings.length - 1] = { ...before, width: before.width + width };
    } else openings.push({ x, width, share });
  }
  return openings;
}

/** A wall from `x` on, `width` wide, for what is mapped now; the fold shows all of that. */
export function layoutWall(fold: Fold, mapped: readonly Run[], x: number, width: number): Wall {
  const stretches = place(fold, x, width);
  return { stretches, openings: stretches.flatMap((each) => openingsOf(each, mapped)) };
}

/** Where an IOVA is on the bar; null where nothing around it is shown. */
export function xOfIova({ stretches }: Wall, iova: bigint): number | null {
  const page = Number(iova / BigInt(PAGE_BYTES));
  const stretch = stretches.find(({ run }) => run.first <= page && page <= run.last);
  return stretch === undefined ? null : placeIn(stretch, page + 0.5);
}

/** The IOVA at a place on the bar; null in a desert. */
export function iovaAt({ stretches }: Wall, x: number): bigint | null {
  const stretch = stretches.find((each) => each.x <= x && x < each.x + each.width);
  if (stretch === undefined) return null;
  const page = stretch.run.first + ((x - stretch.x) / stretch.width) * countIn([stretch.run]);
  return BigInt(Math.floor(page)) * BigInt(PAGE_BYTES);
}
