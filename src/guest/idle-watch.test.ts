import { expect, it } from 'vitest';
import { IdleWatch } from './idle-watch.ts';

const BUSY = 100_000;

it.each([
  ['executes instructions all the time', 1000, 1000 * BUSY, true],
  ['waits for a disk most of the time', 1000, 200 * BUSY, true],
  ['sleeps, and only asks for random numbers', 1000, BUSY, false],
  ['has just woken up for a moment', 10, 10 * BUSY, false],
  ['has just been power cycled', -500, 0, true],
])('a guest that %s', (_what, timeMs, instructions, isBusy) => {
  const watch = new IdleWatch();
  watch.isBusy({ timeMs: 1000, instructions: 1000 * BUSY });
  expect(watch.isBusy({ timeMs: 1000 + timeMs, instructions: 1000 * BUSY + instructions })).toBe(
    isBusy,
  );
});
