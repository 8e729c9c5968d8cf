// `expect(…).toEqual(…)` for the middle of a loop: an expectation that is met is cheap.

import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** What vitest does for each expectation, and its own look through two values, take many times as long as node's. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
