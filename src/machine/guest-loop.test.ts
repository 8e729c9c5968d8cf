import { expect, it } from 'vitest';
import { GuestLoop } from './guest-loop.ts';

/** A loop whose guest never halts, and what the host has been asked to do soon. */
function looped() {
  const soon: (() => void)[] = [];
  let nowMs = 0;
  const loop = new GuestLoop(
    {
      tick: () => 0,
      restMs: () => 0,
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

/** A guest with something to do each second only, whose CPU is halted for 100 ms at a time, on a clock that a test moves. */
function resting() {
  let [nowMs, guestMs] = [0, 0];
  const worked: number[] = [];
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const toDue = (): number => 1000 - (guestMs % 1000);
  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = { atMs: nowMs + ms, callback };
    timers.push(timer);
    return () => void (timers = timers.filter((each) => each !== timer));
  };
  let onTick = (): void => undefined;
  const loop = new GuestLoop(
    {
      tick: () => {
        if (guestMs % 1000 === 0) worked.push(guestMs);
        return Math.min(100, toDue());
      },
      restMs: toDue,
      passIdle: (ms) => void (guestMs += ms),
      afterTick: () => onTick(),
      isBusyElsewhere: () => false,
      timers: { now: () => nowMs, soon: (callback) => void after(0, callback), after },
    },
    'real',
  );
  /** Lets the host's time pass; returns how often it woke the loop. */
  const pass = (ms: number): number => {
    const endMs = nowMs + ms;
    let wakes = 0;
    for (;;) {
      const [next] = timers.toSorted((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > endMs) break;
      timers = timers.filter((each) => each !== next);
      nowMs = next.atMs;
      wakes += 1;
      next.callback();
    }
    nowMs = endMs;
    return wakes;
  };
  const hear = (listener: () => void): void => void (onTick = listener);
  return { loop, pass, worked, hear, time: () => guestMs };
}

it('wakes for a guest that rests only when that has something to do, and has the same ticks', () => {
  const { loop, pass, worked, time } = resting();
  loop.run();
  pass(5000);
  expect([loop.ticks, time()]).toEqual([51, 5000]);
  expect(pass(5000)).toBe(5);
  expect([loop.ticks, time()]).toEqual([101, 10_000]);
  expect(worked).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
});

it('has had the ticks until then when the host touches a guest that rests', () => {
  const { loop, pass, time } = resting();
  loop.run();
  pass(5470);
  expect(loop.touch()).toEqual({ tick: 55, idleUs: 70_000 });
  expect([loop.ticks, time()]).toEqual([55, 5470]);
});

it('waits for each tick by itself for a while after a touch', () => {
  const { loop, pass } = resting();
  loop.run();
  pass(5470);
  loop.touch();
  expect(pass(1000)).toBeGreaterThan(9);
});

it('has had the ticks until then when it is stopped amid a rest', () => {
  const { loop, pass, time } = resting();
  loop.run();
  pass(5470);
  loop.stop();
  expect([loop.ticks, time()]).toEqual([55, 5400]);
  expect(pass(1000)).toBe(0);
  expect(loop.ticks).toBe(55);
});

it('is where it was in time when a tick amid a rest has the host touch the guest', () => {
  const { loop, pass, hear, time } = resting();
  loop.run();
  pass(5000);
  let touched = 0;
  hear(() => {
    if (time() < 5300 || touched > 0) return;
    touched += 1;
    loop.touch();
  });
  pass(1000);
  expect([touched, time()]).toEqual([1, 6000]);
});
