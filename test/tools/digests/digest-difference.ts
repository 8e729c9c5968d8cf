// Where two runs of the script part.

import type { StepDigest } from './digest-script.ts';

/** What of two runs is not alike, in the first step that differs; undefined when nothing is. */
export function difference(
  run: readonly StepDigest[],
  first: readonly StepDigest[],
): string | undefined {
  for (const [index, { step, run: wanted }] of first.entries()) {
    const found = run[index]?.run;
    if (found?.digest === wanted.digest) continue;
    const parts = (['events', 'console', 'memory', 'eventCount', 'instructions'] as const)
      .filter((part) => found?.[part] !== wanted[part])
      .map((part) => `${part} ${found?.[part]} instead of ${wanted[part]}`);
    return `after ${step}: ${parts.join(', ')}`;
  }
  return undefined;
}
