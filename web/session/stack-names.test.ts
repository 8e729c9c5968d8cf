import { describe, expect, it } from 'vitest';
import type { Stack } from '../../src/trace/record/who.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { QUIET_BATCH } from '../testing/told-events.ts';
import { StackNames } from './stack-names.ts';
import { Power } from './power.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

function stackAt(address: number): Stack {
  return { addresses: Uint32Array.of(address), isInnermostCertain: true };
}

/** A page whose worker names stacks by their address, or fails; and what it was asked. */
async function opened(isBroken = false) {
  const asked: number[][] = [];
  let tell = (_status: 'restoring' | 'running'): void => undefined;
  const power = new Power({
    images,
    start: async (onBatch) => {
      tell = (status) => void onBatch({ ...QUIET_BATCH, status });
      const fake = await startFakeMachine(() => undefined);
      const drivers = async (stacks: readonly Stack[]): Promise<readonly string[]> => {
        asked.push(stacks.map(({ addresses }) => addresses[0] ?? 0));
        if (isBroken) throw new Error('the worker is gone');
        return stacks.map(({ addresses }) => `f${addresses[0]}`);
      };
      const boot = (): Promise<never> => new Promise(() => undefined);
      const power = { ...fake.api.power, boot };
      const api = { ...fake.api, power, why: { ...fake.api.why, drivers } };
      return { api, dispose: () => fake.dispose() };
    },
  });
  const drivers = new StackNames(power, (api, stacks) => api.why.drivers(stacks));
  void power.start();
  await settled();
  return { drivers, asked, tell };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('Drivers', () => {
  it('asks for all that is looked at together, each once', async () => {
    const { drivers, asked, tell } = await opened();
    const stacks = [stackAt(1), stackAt(2)];
    tell('running');
    const { namer } = drivers;
    const before = namer.value;
    expect(stacks.map((stack) => before(stack))).toEqual([null, null]);
    expect(stacks.map((stack) => before(stack))).toEqual([null, null]);
    await settled();
    expect(namer.value).not.toBe(before);
    expect(stacks.map((stack) => namer.value(stack))).toEqual(['f1', 'f2']);
    expect(namer.value(stackAt(3))).toBeNull();
    await settled();
    expect(asked).toEqual([[1, 2], [3]]);
  });

  it('leaves a worker alone that restores its machine', async () => {
    const { drivers, asked, tell } = await opened();
    const stack = stackAt(1);
    tell('restoring');
    expect(drivers.namer.value(stack)).toBeNull();
    await settled();
    expect(asked).toEqual([]);
    tell('running');
    expect(drivers.namer.value(stack)).toBeNull();
    await settled();
    expect(drivers.namer.value(stack)).toBe('f1');
  });

  it('does without names when they cannot be had', async () => {
    const { drivers, asked, tell } = await opened(true);
    const stack = stackAt(1);
    tell('running');
    expect(drivers.namer.value(stack)).toBeNull();
    await settled();
    expect(drivers.namer.value(stack)).toBeNull();
    await settled();
    expect(asked).toEqual([[1]]);
  });
});
