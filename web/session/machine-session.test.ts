import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import type { WorkerCrash } from '../../src/worker/api/client.ts';
import type { BootRequest } from '../../src/worker/api/power.ts';
import { MachineSession } from './machine-session.ts';
import { startFakeMachine, type FakeOptions } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

function newSession(options: FakeOptions = {}): MachineSession {
  return new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, options),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
}

async function booted(options: FakeOptions = {}): Promise<MachineSession> {
  const session = newSession(options);
  await session.power.start('translated');
  await vi.advanceTimersByTimeAsync(5_000);
  return session;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('MachineSession', () => {
  it('boots, and shows the mappings of the fullest domain', async () => {
    const session = await booted();
    expect(session.power.isReady).toBe(true);
    expect(session.power.status.value).toBe('running');
    expect(session.power.info.value?.endpoints.length).toBeGreaterThanOrEqual(5);
    const { watched, state } = session.iommu.latest;
    const domain = state?.domains.find((each) => each.id === watched.domain);
    expect(domain?.mappings).toBeGreaterThan(0);
    expect(watched.rows).toHaveLength(domain?.mappings ?? -1);
    expect(watched.isIncomplete).toBe(false);
  });

  it('leaves with the life of a machine what was chosen of it, but for devices and domains', async () => {
    const session = await booted();
    session.selection.select({ kind: 'event', sequence: 20 });
    session.beginAnew();
    expect(session.selection.chosen.value).toBeNull();
    session.selection.select({ kind: 'endpoint', id: 48 });
    session.beginAnew();
    expect(session.selection.chosen.value).toEqual({ kind: 'endpoint', id: 48 });
  });

  it('stays right through thousands of requests a second, with bounded rows', async () => {
    const session = await booted({ churn: 50 });
    session.selection.select({ kind: 'domain', id: 5 });
    await vi.advanceTimersByTimeAsync(2_000);
    const { watched, state } = session.iommu.latest;
    expect(session.iommu.latest.requestsPerSecond).toBeGreaterThan(3_000);
    expect(watched.rows.length).toBe(state?.domains.find((each) => each.id === 5)?.mappings);
    expect(watched.changes.length).toBeLessThan(2_100);
  });

  it('reports a rogue access as a fault within a second', async () => {
    const session = await booted();
    const endpoint =
      session.power.info.value?.endpoints.find((each) => each.name === 'rogue')?.id ?? -1;
    const request = { endpoint, address: 0xdeadb000n, access: 'write', length: 16 } as const;
    expect(await session.stray.send(request)).toMatchObject({ outcome: 'blocked' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.iommu.latest.faults.map((each) => each.fault.address)).toEqual([0xdeadb000n]);
  });

  it('finds the address that is mapped for the access, which then passes', async () => {
    const session = await booted();
    const endpoint = 0x1001;
    const request = { endpoint, address: 0n, access: 'write', length: 16 } as const;
    const readable = session.stray.findMapped(endpoint, 'read') ?? 0n;
    const writable = session.stray.findMapped(endpoint, 'write') ?? 0n;
    expect(await session.stray.send({ ...request, address: readable })).toMatchObject({
      outcome: 'blocked',
      mappedFlags: 1,
    });
    expect(await session.stray.send({ ...request, address: writable })).toMatchObject({
      outcome: 'completed',
    });
    expect(
      await session.stray.send({ ...request, address: readable, access: 'read' }),
    ).toMatchObject({ outcome: 'completed' });
  });

  it('keeps what is typed while paused and sends it on resume', async () => {
    const session = await booted();
    const printed: string[] = [];
    session.console.output.on((bytes) => void printed.push(new TextDecoder().decode(bytes)));
    await session.power.pause();
    await vi.advanceTimersByTimeAsync(100);
    await session.console.type('ls\r');
    await vi.advanceTimersByTimeAsync(100);
    expect(printed.join('')).toBe('');
    expect(session.console.queuedInput.value).toBe('ls\r');
    await session.power.resume();
    await vi.advanceTimersByTimeAsync(100);
    expect(printed.join('')).toContain('ls');
    expect(session.console.queuedInput.value).toBe('');
  });

  it('forgets the machine on reset and boots again', async () => {
    const session = await booted();
    const restarts = vi.fn();
    session.power.restarted.on(restarts);
    void session.power.reset();
    expect(session.iommu.latest.state).toBeNull();
    expect(session.power.isReady).toBe(false);
    expect(restarts).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.power.isReady).toBe(true);
  });

  it('shows nothing of the old machine after a reset, however late it comes', async () => {
    const session = await booted({ churn: 10 });
    const printed: string[] = [];
    session.console.output.on((bytes) => void printed.push(new TextDecoder().decode(bytes)));
    await session.console.type('before the reset\r');
    const reset = session.power.reset();
    const seen = new Set<string>();
    for (let step = 0; step < 30; step++) {
      await vi.advanceTimersByTimeAsync(10);
      seen.add(`${session.power.status.value} ${session.power.progress.value.stage}`);
      expect(session.iommu.latest.feed.count('map')).toBe(0);
    }
    await reset;
    expect([...seen]).toEqual(['loading download']);
    expect(printed.join('')).toBe('');
  });

  it('shows the same views as long as nothing happens, so that nothing is painted again', async () => {
    const session = await booted({ churn: 10 });
    session.selection.select({ kind: 'domain', id: 5 });
    const { device, watched, activity, feed, faults } = session.iommu;
    const views = (): readonly unknown[] =>
      [device, watched, activity, feed, faults].map((each) => each.value);
    const busy = views();
    await vi.advanceTimersByTimeAsync(500);
    expect(views().map((each, index) => each === busy[index])).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    await session.power.pause();
    await vi.advanceTimersByTimeAsync(10_000);
    const idle = views();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(views().map((each, index) => each === idle[index])).toEqual(idle.map(() => true));
  });

  it('has no IOMMU to show when it is off', async () => {
    const session = newSession();
    await session.power.start('off');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.power.isReady).toBe(true);
    expect(session.iommu.latest.state).toBeNull();
  });

  it('shows an access on its way to memory where no IOMMU records it', async () => {
    const session = newSession();
    await session.power.start('off');
    await vi.advanceTimersByTimeAsync(5_000);
    const request = { endpoint: 4098, address: 0x8010n, length: 4, access: 'write' } as const;
    const { value } = session.picture.view;
    expect(value?.scene.facts.hasIommu).toBe(false);
    await session.stray.send(request);
    expect(session.picture.takeAccesses()).toEqual([{ endpoint: 4098, address: 0x8010n, page: 8 }]);
    expect(session.picture.takeAccesses()).toEqual([]);
  });

  it('starts what the address asks for, then what a person chooses', async () => {
    const asked = { plan: '{"memoryMiB":256}', iommu: 'bypass' };
    const requests: BootRequest[] = [];
    const session = new MachineSession({
      start: async (onBatch) => {
        const client = await startFakeMachine(onBatch);
        const boot: typeof client.api.power.boot = (request, urls) => {
          requests.push(request);
          return client.api.power.boot(request, urls);
        };
        return { ...client, api: { ...client.api, power: { ...client.api.power, boot } } };
      },
      images,
      asked,
      now: () => Date.now(),
      onNextFrame: (callback) => void setTimeout(callback, 16),
    });
    await session.power.start();
    expect(session.power.mode.value).toBe('bypass');
    await session.power.start('translated');
    expect(session.power.mode.value).toBe('translated');
    expect(requests).toEqual([asked, { ...asked, iommu: 'translated' }]);
  });

  it('says that WebAssembly is missing, without starting anything', async () => {
    const start = vi.fn(() => startFakeMachine(() => undefined));
    vi.stubGlobal('WebAssembly', undefined);
    const session = new MachineSession({ start, images, now: () => 0, onNextFrame: () => {} });
    await session.power.start('translated');
    expect(session.power.failure.value?.kind).toBe('no-webassembly');
    expect(session.power.status.value).toBe('failed');
    expect(start).not.toHaveBeenCalled();
  });

  it('keeps the error of a boot that was refused, and recovers with a restart', async () => {
    let isBroken = true;
    const session = new MachineSession({
      start: async (onBatch) => {
        const client = await startFakeMachine(onBatch);
        const boot: typeof client.api.power.boot = async (request, urls) => {
          const info = await client.api.power.boot(request, urls);
          if (isBroken) throw new Error('The kernel is not there.');
          return info;
        };
        return { ...client, api: { ...client.api, power: { ...client.api.power, boot } } };
      },
      images,
      now: () => Date.now(),
      onNextFrame: (callback) => void setTimeout(callback, 16),
    });
    await session.power.start('translated');
    await vi.advanceTimersByTimeAsync(200);
    expect(session.power.failure.value?.message).toBe('The kernel is not there.');
    expect(session.power.status.value).toBe('failed');
    isBroken = false;
    await session.power.reset();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(session.power.failure.value).toBeNull();
    expect(session.power.isReady).toBe(true);
  });

  it('starts over when it is reset while it still loads', async () => {
    let starts = 0;
    const session = new MachineSession({
      start: async (onBatch) => {
        const client = await startFakeMachine(onBatch);
        starts += 1;
        if (starts > 1) return client;
        const boot: typeof client.api.power.boot = () => new Promise(() => undefined);
        const reset = (): Promise<void> => Promise.reject(new Error('There is no machine yet.'));
        return { ...client, api: { ...client.api, power: { ...client.api.power, boot, reset } } };
      },
      images,
      now: () => Date.now(),
      onNextFrame: (callback) => void setTimeout(callback, 16),
    });
    void session.power.start('translated');
    await vi.advanceTimersByTimeAsync(200);
    await session.power.reset();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(starts).toBe(2);
    expect(session.power.failure.value).toBeNull();
    expect(session.power.isReady).toBe(true);
  });

  it('shows a worker that died', async () => {
    let crash: (crash: WorkerCrash) => void = () => undefined;
    const session = new MachineSession({
      start: (onBatch, onCrash) => {
        crash = onCrash;
        return startFakeMachine(onBatch);
      },
      images,
      now: () => Date.now(),
      onNextFrame: () => undefined,
    });
    await session.power.start('translated');
    crash({ kind: 'internal', message: 'out of memory' });
    await vi.advanceTimersByTimeAsync(200);
    expect(session.power.failure.value).toMatchObject({
      kind: 'internal',
      message: 'out of memory',
    });
    expect(session.power.status.value).toBe('failed');
  });

  it('notices a worker that hangs, and takes it back when it goes on', async () => {
    let deliver: (batch: MachineBatch) => void = () => undefined;
    let isHung = false;
    let last: MachineBatch | undefined;
    const session = new MachineSession({
      start: (onBatch) => {
        deliver = onBatch;
        return startFakeMachine((batch) => {
          last = batch;
          if (!isHung) void onBatch(batch);
        });
      },
      images,
      now: () => Date.now(),
      onNextFrame: () => undefined,
    });
    const seconds = async (count: number): Promise<void> => {
      for (let second = 0; second < count; second++) {
        await vi.advanceTimersByTimeAsync(1_000);
        session.power.checkWorker();
      }
    };
    await session.power.start('translated');
    await seconds(20);
    expect(session.power.failure.value).toBeNull();
    isHung = true;
    await seconds(14);
    expect(session.power.failure.value).toBeNull();
    await seconds(2);
    expect(session.power.failure.value).toMatchObject({ kind: 'no-answer' });
    expect(session.power.status.value).toBe('failed');
    if (last !== undefined) deliver(last);
    expect(session.power.failure.value).toBeNull();
    expect(session.power.status.value).toBe('running');
  });

  it('passes on what the worker says has failed', async () => {
    const failure = { kind: 'kernel-panic', message: 'Attempted to kill init', consoleTail: ['x'] };
    const session = await booted({ failure: { ...failure, kind: 'kernel-panic' } });
    expect(session.power.failure.value).toEqual(failure);
    expect(session.power.isReady).toBe(false);
  });
});
