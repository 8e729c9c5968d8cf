import { describe, expect, it } from 'vitest';
import { GuestWatch, type Finding } from './guest-watch.ts';

const SECOND = 1000;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Looks once a second of the host's, for so many seconds, at a guest that runs at a speed. */
function lookFor(
  watch: GuestWatch,
  seconds: number,
  guest: { readonly startsAtMs?: number; readonly speed: number },
): Finding {
  const startMs = guest.startsAtMs ?? 0;
  let finding: Finding = { failure: null, isOver: false };
  for (let second = 0; second <= seconds; second++) {
    const hostMs = startMs + second * SECOND;
    const guestMs = hostMs * guest.speed;
    finding = watch.look({ hostMs, guestMs, instructions: guestMs * 100 });
  }
  return finding;
}

describe('the watch of a guest that promises no prompt', () => {
  it('takes its first program for the end of its start, and is not worried by silence from then on', () => {
    const watch = new GuestWatch(false);
    watch.takeConsole(bytes('Linux version 6\n'));
    expect([watch.stage, watch.hasPrompt]).toEqual(['kernel', false]);
    watch.takeConsole(bytes('Run /init as init process\n'));
    expect([watch.stage, watch.hasPrompt]).toEqual(['ready', false]);
    expect(lookFor(watch, 60, { speed: 1 }).failure).toBeNull();
    watch.takeConsole(bytes('Kernel panic - not syncing: no init\n---[ end Kernel panic'));
    watch.takeConsole(bytes(' ]---\n'));
    expect(lookFor(watch, 0, { speed: 1 })).toMatchObject({ isOver: true });
  });
});

describe('the watch of a starting guest', () => {
  it.each([
    ['does not run at all', 0, 'has not executed anything for 47 seconds'],
    ['runs, but slowly', 0.01, 'has printed nothing for 47 seconds'],
  ])('tells of silence by the host’s clock when the guest %s', (_what, speed, words) => {
    const watch = new GuestWatch();
    expect(lookFor(watch, 44, { speed }).failure).toBeNull();
    const { failure, isOver } = lookFor(watch, 2, { startsAtMs: 45 * SECOND, speed });
    expect(failure).toMatchObject({ kind: 'no-progress' });
    expect(failure?.message).toContain(words);
    expect(isOver).toBe(false);
  });

  it('takes it back with the next word, and begins anew', () => {
    const watch = new GuestWatch();
    expect(lookFor(watch, 50, { speed: 1 }).failure).not.toBeNull();
    watch.takeConsole(bytes('Linux version 6.12\r\n'));
    expect(lookFor(watch, 44, { startsAtMs: 51 * SECOND, speed: 1 }).failure).toBeNull();
  });

  it('does not count the time in which the host slept', () => {
    const watch = new GuestWatch();
    watch.look({ hostMs: 0, guestMs: 0, instructions: 0 });
    const hour = { hostMs: 3600 * SECOND, guestMs: 0, instructions: 0 };
    expect(watch.look(hour).failure).toBeNull();
  });

  it('has nothing against a silent shell', () => {
    const watch = new GuestWatch();
    watch.takeConsole(bytes('Linux version 6.12\r\n/ # '));
    expect(watch.stage).toBe('ready');
    expect(lookFor(watch, 100, { speed: 1 })).toEqual({ failure: null, isOver: false });
  });
});

describe('the watch of a guest that fails', () => {
  it('lets a panic finish its report, for a second of the guest’s', () => {
    const watch = new GuestWatch();
    watch.takeConsole(bytes('[    2.0] Kernel panic - not syncing: no init\r\n'));
    const look = (guestMs: number) => watch.look({ hostMs: 0, guestMs, instructions: 0 });
    expect(look(2000)).toEqual({ failure: null, isOver: false });
    expect(look(3000)).toMatchObject({ failure: { kind: 'kernel-panic' }, isOver: true });
  });

  it('tells of an oops, after which the guest goes on', () => {
    const watch = new GuestWatch();
    watch.takeConsole(bytes('/ # \r\n[    2.0] BUG: unable to handle page fault\r\n'));
    expect(watch.look({ hostMs: 0, guestMs: 0, instructions: 0 })).toMatchObject({
      failure: { kind: 'kernel-oops' },
      isOver: false,
    });
  });
});
