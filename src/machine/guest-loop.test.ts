import { expect, it } from 'vitest';
import { GuestLoop } from './guest-loop.ts';

/** A loop whose guest never halts, and what the host has been asked to do soon. */
function looped() {
  const soon: (() => void)[] = [];
  let nowMs = 0;
  const loop = new GuestLoop(
    {
      tick: () => 0,
      passIdle: () => undefined,
      // Each tick takes a whole slice
      afterTick: () => void (nowMs += 1000),
      isBusyElsewhere: () => false,
      timers: {
        now: () => nowMs,
        soon: (callback) => void soon.push(callback),
        after: () => () => undefined,
      },
    },
    'skip',
  );
  const pass = (): void => {
    for (const callback of soon.splice(0)) callback();
  };
  return { loop, pass };
}

it('waits with the next tick, whatever is asked of it meanwhile, and goes on', () => {
  const { loop, pass } = looped();
  loop.run();
  pass();
  loop.setWaiting(true);
  pass();
  loop.touch();
  loop.stop();
  loop.run();
  pass();
  expect([loop.ticks, loop.isRunning]).toEqual([1, true]);
  loop.setWaiting(false);
  pass();
  pass();
  expect(loop.ticks).toBe(3);
});

it('stays stopped when it need not wait any more', () => {
  const { loop, pass } = looped();
  loop.setWaiting(true);
  loop.run();
  loop.stop();
  loop.setWaiting(false);
  pass();
  expect(loop.ticks).toBe(0);
});
