// What is made of measurements before they become rows.

import type { Samples } from './report.ts';

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
