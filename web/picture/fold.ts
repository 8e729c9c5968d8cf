// An axis of addresses without its deserts: a few stretches that have been used, each with a scale of its own.

import { countIn, joinRuns, type Run } from './runs.ts';

/** Stretches in ascending order, in pages. */
export interface Fold {
  readonly stretches: readonly Run[];
}

export const EMPTY_FOLD: Fold = { stretches: [] };

export interface FoldRules {
  /** Stretches at most; at least 1. */
  readonly most: number;
  /** Gaps up to so many pages are shown and not folded. */
  readonly gap: number;
  /** Stretches begin and end at multiples of so many pages. */
  readonly align: number;
}

/** Closes the smallest gaps until there are no more than `most` stretches. */
function closeGaps(stretches: readonly Run[], most: number): readonly Run[] {
  if (stretches.length <= most) return stretches;
  const gaps = stretches
    .slice(1)
    .map(({ first }, at) => ({ at: at + 1, size: first - (stretches[at]?.last ?? 0) }))
    .toSorted((one, other) => other.size - one.size);
  const kept = new Set(gaps.slice(0, most - 1).map(({ at }) => at));
  const closed: Run[] = [];
  for (const [at, run] of stretches.entries()) {
    const before = closed.at(-1);
    if (before === undefined || kept.has(at)) closed.push(run);
    else closed[closed.length - 1] = { first: before.first, last: run.last };
  }
  return closed;
}

/**
 * The fold that also shows these runs. What it showed before stays, so that the picture stands still while mappings come
 * and go; the same object when nothing is new.
 */
export function extendFold(fold: Fold, runs: readonly Run[], rules: FoldRules): Fold {
  const { most, gap, align } = rules;
  const aligned = runs.map(({ first, last }) => ({
    first: Math.floor(first / align) * align,
    last: Math.floor(last / align) * align + align - 1,
  }));
  const all = joinRuns(fold.stretches, aligned, gap);
  const stretches = closeGaps(all, Math.max(1, most));
  const isSame =
    stretches.length === fold.stretches.length &&
    stretches.every((run, at) => {
      const old = fold.stretches[at];
      return old?.first === run.first && old.last === run.last;
    });
  return isSame ? fold : { stretches };
}

/** Pages that the fold shows. */
export function foldPages({ stretches }: Fold): number {
  return countIn(stretches);
}
