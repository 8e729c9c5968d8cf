import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NET_ENDPOINT } from '../../machine/plan/topology.ts';
import { readSnapshotFile, writeSnapshotFile } from '../../machine/snapshot/snapshot-file.ts';
import { eventsOf } from '../../trace/record/record-batches.ts';
import type { MachineApi } from '../api/api.ts';
import type { MachineBatch } from '../api/news.ts';
import type { BootRequest, ImageUrls } from '../api/power.ts';
import { SupersededError } from './boot-story.ts';
import { ImageMissingError } from './image-download.ts';
import { createMachineHost } from './machine-host.ts';

const ROOT = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  'v86.wasm': require.resolve('v86/build/v86.wasm'),
  'store.wasm': join(ROOT, 'wasm/build/store.wasm'),
};
const URLS: ImageUrls = {
  v86Wasm: 'v86.wasm',
  storeWasm: 'store.wasm',
  kernel: 'bzImage',
  initrd: 'rootfs.cpio.gz',
  disk: 'disk.img.gz',
  bios: 'seabios.bin',
  vgaBios: 'vgabios.bin',
  snapshot: 'guest.snapshot',
};
const REQUEST: BootRequest = { plan: { memoryMiB: 72 }, iommu: null };

let gone = new Set<string>();

beforeEach(() => {
  gone = new Set();
  vi.stubGlobal('location', { href: 'https://example.org/' });
  vi.stubGlobal('fetch', async (url: string) =>
    gone.has(url)
      ? new Response('', { status: 404 })
      : new Response(new Uint8Array(readFileSync(FILES[url] ?? join(ROOT, 'guest-images', url)))),
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The next batch that satisfies a condition. */
function batchWhere(
  host: MachineApi,
  isWanted: (batch: MachineBatch) => boolean,
): Promise<MachineBatch> {
  return new Promise((resolve) => {
    void host.news.listen((batch) => {
      if (isWanted(batch)) resolve(batch);
    });
  });
}

describe('the host of a machine before a boot', () => {
  it('sends batches that say that it loads', async () => {
    const batch = await batchWhere(createMachineHost(), () => true);
    expect(batch).toMatchObject({
      status: 'loading',
      failure: null,
      state: null,
      mips: 0,
      timeMs: 0,
    });
    expect(batch.progress.stage).toBe('download');
  });

  it('refuses what needs a machine, in words', async () => {
    const host = createMachineHost();
    await expect(host.power.reset()).rejects.toThrow('There is no machine to reset yet.');
    await expect(host.recording.save()).rejects.toThrow('There is no session to save yet.');
    await expect(host.recording.open(new Uint8Array(), URLS)).rejects.toThrow(/being built/);
    await expect(host.recording.replay()).rejects.toThrow('Open a recording first.');
    const request = { endpoint: NET_ENDPOINT, address: 0n, access: 'read', length: 1 } as const;
    await expect(host.dma.rogueDma(request)).rejects.toThrow('The machine is not started yet.');
  });

  it('takes the other calls without harm', async () => {
    const host = createMachineHost();
    await host.power.pause();
    await host.power.resume();
    await host.console.type('ls\n');
    expect(await host.look.listMappings(0, 0n, 10)).toEqual([]);
  });

  it('goes on sending when the page fails on a batch', async () => {
    const host = createMachineHost();
    let calls = 0;
    await new Promise<void>((resolve) => {
      void host.news.listen(() => {
        calls += 1;
        if (calls === 3) resolve();
        return Promise.reject(new Error('the page has failed'));
      });
    });
    expect(calls).toBe(3);
  });
});

describe('the host of a machine and a start that fails', () => {
  it('tells which file is missing, by the promise and by the batches', async () => {
    gone.add(URLS.disk);
    const host = createMachineHost();
    await expect(host.power.boot(REQUEST, URLS)).rejects.toThrow(ImageMissingError);
    const { status, failure } = await batchWhere(host, () => true);
    expect(status).toBe('failed');
    expect(failure).toMatchObject({ kind: 'image-missing' });
    expect(failure?.message).toContain('disk.img.gz');
  });

  it('tells of a request that cannot work', async () => {
    const host = createMachineHost();
    await expect(host.power.boot({ ...REQUEST, plan: { memoryMiB: 3 } }, URLS)).rejects.toThrow(
      /72 to 1024 MiB/,
    );
    expect((await batchWhere(host, () => true)).status).toBe('failed');
  });

  it.each<[string, BootRequest, RegExp]>([
    ['a mode that is none', { plan: {}, iommu: 'banana' }, /bypass or off, not "banana"/],
    ['a plan that is no JSON', { plan: '{', iommu: null }, /\?plan= is not JSON/],
    [
      'a kernel that the page has not',
      { plan: { images: { kernel: 'a'.repeat(64) } }, iommu: null },
      /needs your kernel, SHA-256 a{64}/,
    ],
  ])('tells of %s', async (_what, request, message) => {
    const host = createMachineHost();
    await expect(host.power.boot(request, URLS)).rejects.toThrow(message);
    const { status, failure } = await batchWhere(host, () => true);
    expect(status).toBe('failed');
    expect(failure?.message).toMatch(message);
  });

  it('tells of a browser without WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const host = createMachineHost();
    await expect(host.power.boot(REQUEST, URLS)).rejects.toThrow();
    expect((await batchWhere(host, () => true)).failure?.kind).toBe('no-webassembly');
  });

  it('fails as overtaken when a newer start was asked for, whatever else went wrong', async () => {
    const host = createMachineHost();
    gone.add('nowhere.gz');
    const older = host.power.boot(REQUEST, { ...URLS, disk: 'nowhere.gz' });
    const newer = host.power.boot({ ...REQUEST, plan: { memoryMiB: 3 } }, URLS);
    await expect(older).rejects.toThrow(SupersededError);
    await expect(newer).rejects.toThrow(/72 to 1024 MiB/);
  });

  it('gives way to a newer start, whose failure it does not touch', async () => {
    const host = createMachineHost();
    gone.add('nowhere.gz');
    const older = host.power.boot(REQUEST, URLS);
    const newer = host.power.boot(REQUEST, { ...URLS, disk: 'nowhere.gz' });
    await expect(newer).rejects.toThrow(ImageMissingError);
    await expect(older).rejects.toThrow(SupersededError);
    const { status, failure, state } = await batchWhere(host, () => true);
    expect([status, failure?.kind, state]).toEqual(['failed', 'image-missing', null]);
  });
});

describe('the host of a machine that is reset', () => {
  it('numbers the lives of its guest, and begins each with its firmware', async () => {
    const host = createMachineHost();
    const batches: MachineBatch[] = [];
    await host.power.boot(REQUEST, URLS);
    const { life } = await batchWhere(host, ({ status }) => status === 'running');
    const next = batchWhere(host, (batch) => {
      batches.push(batch);
      return batch.life > life;
    });
    await host.power.reset();
    const first = await next;
    await host.power.pause();
    expect(first).toMatchObject({ life: life + 1, status: 'running', failure: null });
    expect(first.progress.stage).toBe('firmware');
    expect(batches.filter((batch) => batch !== first).every((batch) => batch.life === life)).toBe(
      true,
    );
  });
});

describe('the host of a machine that is taken elsewhere in time', () => {
  it('stands still there, as the page is told before the promise resolves', async () => {
    const host = createMachineHost();
    const batches: MachineBatch[] = [];
    await host.power.boot(REQUEST, URLS);
    const { life } = await batchWhere(host, ({ status }) => status === 'running');
    await host.news.listen((batch) => void batches.push(batch));
    const { isPast, sequence } = await host.past.goTo(0);
    expect([isPast, sequence]).toEqual([true, 0]);
    expect(batches.at(-1)).toMatchObject({
      life: life + 1,
      status: 'paused',
      past: { sequence: 0 },
      isConsoleAnew: true,
    });
    expect(batches.at(-1)?.begins).not.toBeNull();
    expect(eventsOf(batches.at(-1)?.record ?? [])).toEqual([]);
    await host.past.toEnd();
    expect(batches.at(-1)).toMatchObject({ life: life + 2, status: 'paused', past: null });
    await host.power.resume();
    await host.power.pause();
    expect(await host.past.branches()).toHaveLength(1);
  });

  it('stands still where it is when there is no such place', async () => {
    const host = createMachineHost();
    await host.power.boot(REQUEST, URLS);
    await expect(host.past.goTo(1e9)).rejects.toThrow(/There is no event 1000000000 to go to/);
    expect(await batchWhere(host, () => true)).toMatchObject({ status: 'paused', past: null });
  });

  it('is refused before there is one', async () => {
    const host = createMachineHost();
    await expect(host.past.goTo(1)).rejects.toThrow('The PC is not started yet.');
    await expect(host.saving.save()).rejects.toThrow('The PC is not started yet.');
    await expect(host.look.moment()).rejects.toThrow('The PC is not started yet.');
  });
});

describe('the host of a machine that is put back from a file', () => {
  it('refuses a file of other parts', async () => {
    const host = createMachineHost();
    await host.power.boot(REQUEST, URLS);
    const file = await host.saving.save();
    const v86Wasm = new WebAssembly.Module(readFileSync(FILES['v86.wasm'] ?? ''));
    const guest = await readSnapshotFile(file, v86Wasm);
    const builtFrom = { ...guest.builtFrom, v86: '0' };
    const other = await writeSnapshotFile({ ...guest, builtFrom });
    await expect(host.saving.restore(other, URLS)).rejects.toThrow(/other images or another emul/);
    await host.saving.restore(file, URLS);
    await host.power.pause();
  });
});

describe('the host of a machine with an own kernel', () => {
  it('boots it from its handle, saves its session, and opens that again with the same file only', async () => {
    const kernel = readFileSync(join(ROOT, 'guest-images/bzImage'));
    const own = Buffer.concat([kernel, Buffer.of(0)]);
    const sha256 = createHash('sha256').update(own).digest('hex');
    const plan = { memoryMiB: 72, images: { kernel: sha256 } };
    const files = { images: { kernel: new Blob([own]) }, share: null };
    const host = createMachineHost();
    const info = await host.power.boot({ plan, iommu: null, files }, URLS);
    expect(info.plan.images).toMatchObject({ kernel: sha256, initrd: 'project' });
    await host.power.pause();
    const recording = await host.recording.save();
    const names = { kernel: 'mine' };
    await expect(host.recording.open(recording, URLS)).rejects.toThrow(
      `needs your kernel, SHA-256 ${sha256}`,
    );
    const other = { images: { kernel: new Blob([kernel]) }, share: null };
    await expect(host.recording.open(recording, URLS, other)).rejects.toThrow(
      'The plan is of a kernel with the SHA-256 checksum',
    );
    await expect(host.recording.open(recording, URLS, files)).resolves.toEqual(info);
    await expect(host.power.boot({ plan, iommu: null, names }, URLS)).rejects.toThrow('“mine”');
  });
});
