// What is made of measurements before they become rows.

import { rowsOf, type BenchRow, type Samples } from './report.ts';

/** The same, and for each contestant but `base` its ratios to `base` in the same turn as `<name>_ratio`. */
export function withRatios(samples: Samples, base: string): Samples {
  const bases = samples[base] ?? [];
  const ratios = Object.entries(samples)
    .filter(([name]) => name !== base)
    .map(([name, values]) => [
      `${name}_ratio`,
      values.map((value, turn) => value / (bases[turn] ?? Number.NaN)),
    ]);
  return { ...samples, ...Object.fromEntries(ratios) };
}

/** What recording costs: seconds and CPU time of one series, and the ratios to that in which nothing was recorded. */
export function recordingRows(
  bench: string,
  seconds: Samples,
  cpuSeconds: Samples,
): readonly BenchRow[] {
  const row = ({ strict = [], recorded = [], traced = [] }: Samples): Samples =>
    withRatios({ strict, recorded, traced }, 'strict');
  return [
    ...rowsOf(`recording/${bench}`, 's', row(seconds)),
    ...rowsOf(`recording/${bench}/cpu`, 's', row(cpuSeconds)),
  ];
}

/** Throws `Error` where a guest executed something else when it was recorded: it must not notice. */
export function checkUnnoticed(what: string, instructions: Samples): void {
  const { strict = [], recorded = [], traced = [] } = instructions;
  for (const [turn, count] of strict.entries()) {
    const isSame = recorded[turn] === count && traced[turn] === count;
    if (isSame) continue;
    throw new Error(
      `The ${what} are not the same when they are recorded: ${count} instructions without, ${recorded[turn]} recorded, ${traced[turn]} with who asked.`,
    );
  }
}

/**
 * Series of the same work have the same numbers, as far as each goes. Throws `Error` where one has not: the machine did
 * something that its inputs do not tell.
 */
export function checkRepeats(what: string, series: readonly (readonly number[])[]): void {
  const longest = series.reduce((one, other) => (other.length > one.length ? other : one), []);
  for (const numbers of series) {
    const place = numbers.findIndex((number, index) => number !== longest[index]);
    if (place === -1) continue;
    throw new Error(
      `The ${what} are not the same in every run: ${numbers[place]} instructions once, ${longest[place]} another time.`,
    );
  }
}
