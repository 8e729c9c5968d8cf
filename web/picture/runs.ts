// Runs of pages, or of bytes, by number: ascending, and none touches the next.

/** Inclusive; whole numbers below 2^53. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export const PAGE_BYTES = 4096;

/** Adds a run that begins no earlier than the last of the list; what is closer than `gap` becomes one. */
export function pushRun(runs: Run[], first: number, last: number, gap = 1): void {
  const before = runs.at(-1);
  if (before === undefined || first - before.last > gap) runs.push({ first, last });
  else if (last > before.last) runs[runs.length - 1] = { first: before.first, last };
}

/** All runs of both lists, in order; those with less than `gap` from the end of one to the start of the next are one. */
export function joinRuns(some: readonly Run[], others: readonly Run[], gap = 1): readonly Run[] {
  const joined: Run[] = [];
  let [left, right] = [0, 0];
  while (left < some.length || right < others.length) {
    const [one, other] = [some[left], others[right]];
    const isLeft = other === undefined || (one !== undefined && one.first <= other.first);
    const run = isLeft ? one : other;
    if (isLeft) left += 1;
    else right += 1;
    if (run !== undefined) pushRun(joined, run.first, run.last, gap);
  }
  return joined;
}

/** How many numbers are in the runs. */
export function countIn(runs: readonly Run[]): number {
  return runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Index of the first run that ends at a number or behind it; the length when there is none. */
export function runFrom(runs: readonly Run[], number: number): number {
  let low = 0;
  for (let high = runs.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.last ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
