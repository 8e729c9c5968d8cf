import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { MachineSession } from './machine-session.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

/** A session whose machine is up, and what the machine is typed. */
async function booted() {
  const typed: string[] = [];
  const session = new MachineSession({
    start: async (onBatch) => {
      const machine = await startFakeMachine(onBatch);
      const { api } = machine;
      const type = async (text: string): Promise<void> => void typed.push(text);
      return { ...machine, api: { ...api, console: { ...api.console, type } } };
    },
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await vi.advanceTimersByTimeAsync(5_000);
  return { session, typed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('what is pasted while the PC is paused', () => {
  it('is sent as a whole, the end of its last line included', async () => {
    const { session, typed } = await booted();
    const paste = `${'x'.repeat(10_000)}\r`;
    await session.power.pause();
    await vi.advanceTimersByTimeAsync(100);
    await session.console.type(paste);
    expect(session.console.refusedInput.value).toBe(0);
    await session.power.resume();
    await vi.advanceTimersByTimeAsync(100);
    expect(typed).toEqual([paste]);
  });

  it('is refused as a whole where it is too much, and what waited before stays', async () => {
    const { session, typed } = await booted();
    await session.power.pause();
    await vi.advanceTimersByTimeAsync(100);
    await session.console.type('ls\r');
    await session.console.type('x'.repeat(65_536));
    expect(session.console.refusedInput.value).toBe(65_536);
    expect(session.console.queuedInput.value).toBe('ls\r');
    await session.power.resume();
    await vi.advanceTimersByTimeAsync(100);
    expect(typed).toEqual(['ls\r']);
    expect(session.console.refusedInput.value).toBe(0);
  });
});
