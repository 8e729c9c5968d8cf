import { describe, expect, it } from 'vitest';
import type { Stack } from '../../src/trace/record/who.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { QUIET_BATCH } from '../testing/told-events.ts';
import { Power } from './power.ts';
import { StackNames } from './stack-names.ts';
import { WorkerLink, type WorkerApi } from './worker-link.ts';

const LISTENER = { onBatch: () => undefined, onCrash: () => undefined };

/** A link to a worker that answers what `drivers` gives. */
async function linked(drivers: WorkerApi['why']['drivers']) {
  const link = new WorkerLink(async () => {
    const fake = await startFakeMachine(() => undefined);
    return { ...fake, api: { ...fake.api, why: { ...fake.api.why, drivers } } };
  }, LISTENER);
  const api = await link.open();
  if (api === null) throw new Error('the link was closed');
  return { link, api };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('the link to a worker', () => {
  it('gives its answers and its refusals', async () => {
    const answered = await linked(async (stacks) => stacks.map(() => 'a_driver'));
    const refused = await linked(async () => Promise.reject(new Error('no')));

    expect(await answered.api.why.drivers([])).toEqual([]);
    await expect(refused.api.why.drivers([])).rejects.toThrow('no');
  });

  it('refuses what a worker has not answered when it is ended', async () => {
    const { link, api } = await linked(never);
    const asked = api.why.drivers([]);

    link.close();

    await expect(asked).rejects.toThrow('before it had answered');
    await expect(api.why.drivers([])).rejects.toThrow('before it had answered');
  });

  it('asks a fresh worker for names when the one before has left a question open', async () => {
    let starts = 0;
    const power = new Power({
      images,
      start: async (onBatch) => {
        starts += 1;
        const isFirst = starts === 1;
        const fake = await startFakeMachine(() => undefined);
        const drivers = async (stacks: readonly Stack[]): Promise<readonly string[]> =>
          isFirst ? never() : stacks.map(() => 'a_driver');
        const boot = (): Promise<never> => {
          void onBatch({ ...QUIET_BATCH, status: 'running' });
          return never();
        };
        const api = {
          ...fake.api,
          power: { ...fake.api.power, boot },
          why: { ...fake.api.why, drivers },
        };
        return { api, dispose: () => fake.dispose() };
      },
    });
    const names = new StackNames(power, (api, stacks) => api.why.drivers(stacks));
    const stackAt = (address: number): Stack => ({
      addresses: Uint32Array.of(address),
      isInnermostCertain: true,
    });
    void power.start();
    await settled();
    expect(names.namer.value(stackAt(1))).toBeNull();
    await settled();

    void power.start();
    await settled();
    const stack = stackAt(2);
    expect(names.namer.value(stack)).toBeNull();
    await settled();

    expect(names.namer.value(stack)).toBe('a_driver');
  });
});

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
