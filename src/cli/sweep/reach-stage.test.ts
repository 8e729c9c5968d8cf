import { expect, it } from 'vitest';
import { Emitter } from '../../base/emitter.ts';
import { reach, type ReachingSession } from './reach-stage.ts';

/** A guest at its prompt, whose ticks and whose end of the load the test tells. */
function guest() {
  const ticks = new Emitter<void>();
  let sequence = 14;
  let end = (): void => undefined;
  const session: ReachingSession = {
    stage: 'ready',
    start: () => undefined,
    onTick: (listener) => ticks.on(listener),
    waitForBoot: async () => undefined,
    iommu: { state: () => ({ sequence }) },
    run: () =>
      new Promise((resolve) => {
        end = () => resolve({ exitCode: 0, output: '' });
      }),
  };
  const tick = (events: number): void => {
    sequence += events;
    ticks.emit();
  };
  return { session, tick, end: () => end() };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

it('looks amid the load, and waits for its end', async () => {
  const { session, tick, end } = guest();
  const told: string[] = [];
  const reached = reach(session, 'load', async () => void told.push('looked')).then(() =>
    told.push('over'),
  );
  await settled();
  tick(299);
  await settled();
  expect(told).toEqual([]);
  tick(1);
  await settled();
  expect(told).toEqual(['looked']);
  end();
  await reached;
  expect(told).toEqual(['looked', 'over']);
});

it('looks after a load of which the IOMMU hears nothing, as in bypass', async () => {
  const { session, tick, end } = guest();
  let looks = 0;
  const reached = reach(session, 'load', async () => {
    looks += 1;
  });
  await settled();
  tick(0);
  end();
  await reached;
  expect(looks).toBe(1);
});
