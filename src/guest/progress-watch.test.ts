import { describe, expect, it } from 'vitest';
import { ProgressWatch, type WaitClock } from './progress-watch.ts';

const STALL_MS = 60_000;

/** A clock that stands still until it is told to go on. */
class ManualClock implements WaitClock {
  #now = 0;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Time goes by, and every timer calls when it is due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = Math.min(...this.#timers.map(({ at }) => at));
      if (next > end) break;
      this.jump(next - this.#now);
    }
    this.#now = end;
  }

  /** Time goes by while this program is stopped: timers call late. */
  jump(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { callback } of due) callback();
  }

  get timers(): number {
    return this.#timers.length;
  }
}

function stalled(): Error {
  return new Error('stalled');
}

describe('ProgressWatch', () => {
  it('resolves at once when there is nothing to wait for', async () => {
    const watch = new ProgressWatch(new ManualClock());
    await expect(watch.wait(() => 'there', { stallMs: STALL_MS }, stalled)).resolves.toBe('there');
  });

  it('resolves when a notification brings what is waited for, and leaves no timer', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    let value: string | undefined;
    const wait = watch.wait(() => value, { stallMs: STALL_MS }, stalled);
    watch.notify();
    value = 'late';
    watch.notify();
    await expect(wait).resolves.toBe('late');
    expect(clock.timers).toBe(0);
  });

  it('takes no time for silence in which the host slept', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    let value: string | undefined;
    const wait = watch.wait(() => value, { stallMs: STALL_MS }, stalled);
    clock.advance(STALL_MS / 2);
    clock.jump(100 * STALL_MS);
    clock.advance(STALL_MS / 3);
    value = 'awake';
    watch.notify();
    await expect(wait).resolves.toBe('awake');
  });

  it('fails when nothing happens for the whole stall time', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    const wait = watch.wait(() => undefined, { stallMs: STALL_MS }, stalled);
    clock.advance(STALL_MS);
    await expect(wait).rejects.toThrow('stalled');
  });

  it('goes on for as long as there is progress', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    let isThere = false;
    const wait = watch.wait(() => (isThere ? 'done' : undefined), { stallMs: STALL_MS }, stalled);
    for (let step = 0; step < 10; step++) {
      clock.advance(STALL_MS - 1);
      watch.touch();
    }
    isThere = true;
    watch.notify();
    await expect(wait).resolves.toBe('done');
  });

  it('counts the stall time from the latest progress', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    let failure = '';
    const wait = watch
      .wait(() => undefined, { stallMs: STALL_MS }, stalled)
      .catch((error: unknown) => {
        failure = String(error);
      });
    clock.advance(STALL_MS / 2);
    watch.touch();
    clock.advance(STALL_MS / 2);
    await Promise.resolve();
    expect(failure).toBe('');
    clock.advance(STALL_MS / 2);
    await wait;
    expect(failure).toContain('stalled');
  });

  it('rejects with what the attempt throws', async () => {
    const watch = new ProgressWatch(new ManualClock());
    const wait = watch.wait(
      () => {
        throw new Error('panic');
      },
      { stallMs: STALL_MS },
      stalled,
    );
    await expect(wait).rejects.toThrow('panic');
  });

  it('rejects with the reason of an abort, before and during the wait', async () => {
    const clock = new ManualClock();
    const watch = new ProgressWatch(clock);
    const controller = new AbortController();
    const options = { stallMs: STALL_MS, signal: controller.signal };
    const during = watch.wait(() => undefined, options, stalled);
    controller.abort(new Error('enough'));
    await expect(during).rejects.toThrow('enough');
    await expect(watch.wait(() => 'there', options, stalled)).rejects.toThrow('enough');
    expect(clock.timers).toBe(0);
  });
});
