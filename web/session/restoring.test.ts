// A machine that is restored is shown before it is there, and goes on without a change.

import { describe, expect, it } from 'vitest';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { HEAD, toldEvents } from '../testing/told-events.ts';
import { MachineSession } from './machine-session.ts';

const DOMAIN = 3;
const MAPPING = {
  virtStart: toIova(0xffff_f000n),
  virtEnd: toIova(0xffff_ffffn),
  physStart: toGpa(0x10_0000n),
  flags: 3,
};
const INFO = {
  endpoints: [],
  outside: [],
  memoryBytes: 1 << 27,
  iommu: 'translated',
  plan: DEFAULT_PLAN,
} as const;
const PROGRESS = { stage: 'download', detail: '', loadedBytes: 1, totalBytes: 2, elapsedMs: 1 };
const RESTORING: MachineBatch = {
  life: 5,
  status: 'restoring',
  progress: { ...PROGRESS, stage: 'download' },
  failure: null,
  past: null,
  console: new TextEncoder().encode('# '),
  isConsoleAnew: false,
  begins: { head: HEAD, keyframe: null },
  record: toldEvents({
    timeMs: 3099,
    instructions: 1,
    event: { kind: 'mapped', sequence: 7, domain: DOMAIN, ...MAPPING, status: 0 },
  }),
  dropped: {},
  state: {
    sequence: 7,
    isBypass: false,
    endpoints: [],
    domains: [
      {
        id: DOMAIN,
        isBypass: false,
        endpoints: [],
        mappings: 1,
        bytes: 4096n,
        translated: 0,
        blocked: 0,
        translatedBytes: 0,
        blockedBytes: 0,
        reserved: [],
      },
    ],
  },
  timeMs: 3100,
  ranMs: 3100,
  mips: 0,
  preview: { info: INFO },
};
const { preview: _, ...LATER } = RESTORING;
const RUNNING: MachineBatch = {
  ...LATER,
  status: 'running',
  progress: { ...PROGRESS, stage: 'ready' },
  console: new Uint8Array(),
  begins: null,
  record: [],
};

/** A session whose worker says only what a test says; and what it was asked for. */
async function restoring() {
  const asked: string[] = [];
  let nowMs = 0;
  let frames = 0;
  let tell = (_batch: MachineBatch): void => undefined;
  const session = new MachineSession({
    start: async (onBatch) => {
      tell = (batch) => void onBatch(batch);
      const fake = await startFakeMachine(() => undefined);
      const { api } = fake;
      const console = { ...api.console, type: async (text: string) => void asked.push(text) };
      const look = {
        ...api.look,
        listMappings: async (domain: number) => {
          asked.push(`list ${domain}`);
          return [];
        },
      };
      const power = { ...api.power, boot: () => new Promise<never>(() => undefined) };
      return { api: { ...api, console, look, power }, dispose: () => fake.dispose() };
    },
    images,
    now: () => (nowMs += 1_000),
    onNextFrame: (callback) => {
      frames += 1;
      callback();
    },
  });
  void session.power.start();
  await Promise.resolve();
  await Promise.resolve();
  return { session, asked, tell: (batch: MachineBatch) => tell(batch), frames: () => frames };
}

describe('a session whose machine is restored', () => {
  it('shows devices, rows and history, and asks for nothing', async () => {
    const { session, asked, tell } = await restoring();
    tell(RESTORING);
    expect(session.power.info.value).toBe(INFO);
    expect(session.power.notReady.value).toBe('The PC is being restored');
    expect(session.iommu.watched.value).toMatchObject({ domain: DOMAIN, count: 1 });
    expect(session.iommu.watched.value.rows.map(({ start }) => start)).toEqual([MAPPING.virtStart]);
    expect(session.iommu.feed.value.count('map')).toBe(1);
    expect(session.recordings.isReady.value).toBe(false);
    expect(asked).toEqual([]);
  });

  it('goes on with what is shown, and sends what was typed meanwhile', async () => {
    const { session, asked, tell } = await restoring();
    const cleared: string[] = [];
    session.power.restarted.on(() => cleared.push('restarted'));
    session.power.rebooted.on(() => cleared.push('rebooted'));
    tell({
      ...LATER,
      status: 'loading',
      console: new Uint8Array(),
      begins: null,
      record: [],
      state: null,
    });
    cleared.length = 0;
    tell(RESTORING);
    const shown = session.iommu.watched.value;
    await session.console.type('ls');
    expect(asked).toEqual([]);
    tell(RUNNING);
    await Promise.resolve();
    expect(asked).toEqual(['ls']);
    expect(cleared).toEqual([]);
    expect(session.iommu.watched.value).toBe(shown);
    expect(session.power.notReady.value).toBeNull();
  });

  it('draws nothing while only time passes', async () => {
    const { session, tell, frames } = await restoring();
    tell(RESTORING);
    tell(RUNNING);
    tell({ ...RUNNING, timeMs: RUNNING.timeMs + 500 });
    const before = frames();
    tell({ ...RUNNING, timeMs: RUNNING.timeMs + 1_000 });
    expect(frames()).toBe(before);
    expect(session.power.clock.value.timeMs).toBe(RUNNING.timeMs + 1_000);
  });

  it('forgets it when it does not come', async () => {
    const { session, tell } = await restoring();
    tell(RESTORING);
    tell({ ...RUNNING, life: 6, status: 'loading', state: null, timeMs: 0 });
    expect(session.power.info.value).toBeNull();
    expect(session.iommu.watched.value.rows).toEqual([]);
    expect(session.iommu.feed.value.count('map')).toBe(0);
  });
});
