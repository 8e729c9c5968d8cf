// A machine is told of before it is there, from the beginning of the snapshot's file.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { toGpa, toIova } from '../../memory/address.ts';
import type { BootedGuest } from '../../machine/snapshot/booted-guest.ts';
import { builtFrom } from '../../machine/snapshot/built-from.ts';
import { writeSnapshotFile } from '../../machine/snapshot/snapshot-file.ts';
import { eventsOf } from '../../trace/record/record-batches.ts';
import { Recorder } from '../../trace/record/recorder.ts';
import type { MachineBatch } from '../api/news.ts';
import type { BootRequest, ImageUrls } from '../api/power.ts';
import { createMachineHost } from './machine-host.ts';

const USUAL: BootRequest = { plan: {}, iommu: null };
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
const DOMAIN = 3;
const MAPPING = {
  virtStart: toIova(0xffff_f000n),
  virtEnd: toIova(0xffff_ffffn),
  physStart: toGpa(0x10_0000n),
  flags: 3,
};
const RECORDER = new Recorder();
RECORDER.add(
  { kind: 'mapped', domain: DOMAIN, ...MAPPING, status: 0, sequence: 7 },
  { timeMs: 3000, instructions: 1 },
);
const STORY = {
  console: new TextEncoder().encode('Linux version 6\n# '),
  agent: new Uint8Array(),
  record: RECORDER.take(),
  state: { sequence: 7, isBypass: false, endpoints: [], domains: [] },
  mappings: [{ domain: DOMAIN, mappings: [MAPPING] }],
  bootMs: 1700,
  timeMs: 3100,
  instructions: 1,
};

const guestOf = (parts: BootedGuest['builtFrom']): BootedGuest =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its machine is never put together
  ({
    builtFrom: parts,
    story: STORY,
    machine: {
      board: { emulator: { memory: { bytes: 0, numbers: new Uint32Array(), pages: [] } } },
    },
  }) as unknown as BootedGuest;

/** The rest of the snapshot, and all other files, never come. */
function serveBeginning(file: Uint8Array<ArrayBuffer>): void {
  vi.stubGlobal('fetch', async (url: string) =>
    url === URLS.snapshot
      ? new Response(new ReadableStream({ start: (controller) => controller.enqueue(file) }))
      : new Promise<Response>(() => undefined),
  );
}

beforeEach(() => void vi.stubGlobal('location', { href: 'https://example.org/' }));
afterEach(() => void vi.unstubAllGlobals());

describe('the host of a machine that is restored', () => {
  it('tells what its guest has done, and its mappings, before anything else has come', async () => {
    serveBeginning(await writeSnapshotFile(guestOf(builtFrom(manifest))));
    const host = createMachineHost();
    const told = new Promise<MachineBatch>((resolve) => {
      void host.news.listen((batch) => {
        if (batch.preview !== undefined) resolve(batch);
      });
    });
    void host.power.boot(USUAL, URLS);
    const batch = await told;
    expect(batch).toMatchObject({ status: 'restoring', state: STORY.state, timeMs: STORY.timeMs });
    expect(batch.console).toEqual(STORY.console);
    expect(batch.begins?.head.kernel).toBe(manifest.kernel.sha256);
    expect(eventsOf(batch.record).map(({ event }) => event)).toMatchObject([MAPPING]);
    expect(batch.preview?.info.endpoints.map(({ name }) => name)).toContain('virtio-blk');
    expect(await host.look.listMappings(DOMAIN, 0n, 10)).toEqual([MAPPING]);
    expect(await host.look.listMappings(DOMAIN, MAPPING.virtEnd + 1n, 10)).toEqual([]);
    expect(await host.look.listMappings(DOMAIN + 1, 0n, 10)).toEqual([]);
  });

  it('takes back what it has told when something is missing, and boots in another life', async () => {
    vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const file = await writeSnapshotFile(guestOf(builtFrom(manifest)));
    const host = createMachineHost();
    const batches: MachineBatch[] = [];
    let onPreview = (): void => undefined;
    const previewed = new Promise<void>((resolve) => {
      onPreview = resolve;
    });
    const failed = new Promise<MachineBatch>((resolve) => {
      void host.news.listen((batch) => {
        batches.push(batch);
        if (batch.preview !== undefined) onPreview();
        if (batch.status === 'failed') resolve(batch);
      });
    });
    vi.stubGlobal('fetch', async (url: string) => {
      if (url === URLS.snapshot) return new Response(file);
      await previewed;
      return new Response('', { status: 404 });
    });
    await expect(host.power.boot(USUAL, URLS)).rejects.toThrow(/is not on the server/);
    const last = await failed;
    const restoring = batches.find(({ status }) => status === 'restoring');
    expect(last).toMatchObject({ life: (restoring?.life ?? 0) + 1, state: null });
    expect(await host.look.listMappings(DOMAIN, 0n, 10)).toEqual([]);
  });

  it('tells nothing of a snapshot of other parts', async () => {
    vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const file = await writeSnapshotFile(guestOf({ ...builtFrom(manifest), v86: '0' }));
    vi.stubGlobal('fetch', async (url: string) =>
      url === URLS.snapshot ? new Response(file) : new Response('', { status: 404 }),
    );
    const host = createMachineHost();
    const statuses: string[] = [];
    const failed = new Promise<void>((resolve) => {
      void host.news.listen(({ status }) => {
        statuses.push(status);
        if (status === 'failed') resolve();
      });
    });
    await expect(host.power.boot(USUAL, URLS)).rejects.toThrow();
    await failed;
    expect(statuses).not.toContain('restoring');
  });
});
