// The guest's data is right through translation, and only through it.

import { describe, expect } from 'vitest';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { loadStoreWasm } from '../../src/guest/wasm-modules.ts';
import { GuestSession } from '../../src/guest/testing.ts';
import { IDE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { BlindableStore } from './support/blindable-store.ts';
import { DATA_CHECKS, READ_AHEAD_CHECK } from './support/data-checks.ts';
import { GUEST_OPTIONS, guestTest } from './support/guest-test.ts';

/** Nothing moves in the blind guest: waiting longer would change nothing. */
const BLIND_STALL_MS = 1000;

describe('through translation', () => {
  guestTest.for(DATA_CHECKS)('the guest reads $name', async (check, { guest }) => {
    const before = guest.iommu.state().endpoints.find(({ id }) => id === check.endpoint);
    await check.verify(guest);
    const after = guest.iommu.state().endpoints.find(({ id }) => id === check.endpoint);
    const moved = (after?.translatedBytes ?? 0) - (before?.translatedBytes ?? 0);
    expect(moved).toBeGreaterThanOrEqual(check.bytes);
    expect(after).toMatchObject({ mode: 'attached', bypassed: 0, blocked: 0 });
    expect(guest.iommu.totals()).toMatchObject({ faults: 0, rejected: 0 });
  });
});

const PAGE = 4096;
const DISK_MIB = 8;
/** Mappings per page. Beside the pages of a file: the buffers of a request for each 128 KiB or so, and those of mounting and opening. */
const MAPPINGS_PER_PAGE = 1.2;

guestTest(
  'a read of a share with read-ahead maps hardly more than its pages',
  async ({ guest }) => {
    const before = guest.iommu.totals().map;
    await READ_AHEAD_CHECK.verify(guest);
    const mapped = guest.iommu.totals().map - before;
    expect(mapped).toBeLessThan((READ_AHEAD_CHECK.bytes / PAGE) * MAPPINGS_PER_PAGE);
  },
);

/**
 * MAPs for each MiB, where a piece of contiguous memory takes one, whatever its size. Through virtio, requests of up to
 * 2 MiB with a header and a status. Through IDE, requests of 128 KiB in pieces of 64 KiB, which no descriptor of a bus
 * master may cross.
 */
const DISK_READS = [
  { disk: 'virtio', maps: 12 },
  { disk: 'ide', maps: 20 },
];

guestTest.for(DISK_READS)('a read of the $disk disk maps few pieces', async (read, { guest }) => {
  const before = guest.iommu.totals().map;
  await guest.run(`disk-read ${read.disk}`);
  const mapped = guest.iommu.totals().map - before;
  expect(mapped / DISK_MIB).toBeLessThan(read.maps);
});

/** After a few hundred notifications v86 runs a driver's kick as translated code. */
const ROUNDS = 3;

guestTest('all endpoints go on moving data when the guest is warm', async ({ guest }) => {
  for (let round = 0; round < ROUNDS; round++) {
    for (const check of DATA_CHECKS) await check.verify(guest);
  }
  expect(guest.iommu.totals()).toMatchObject({ faults: 0, rejected: 0 });
});

const blindTest = guestTest
  .extend('store', { scope: 'worker' }, async () => {
    return new BlindableStore(new WasmStore(await loadStoreWasm()));
  })
  .extend('blindSession', { scope: 'worker' }, async ({ store }, { onCleanup }) => {
    const session = await GuestSession.create({ ...GUEST_OPTIONS, createStore: () => store });
    onCleanup(() => session.dispose());
    return session;
  });

describe('with a store that answers "unmapped" to every access', () => {
  blindTest.for(DATA_CHECKS)(
    'the guest does not read $name',
    async (check, { store, blindSession, booted }) => {
      store.isBlind = false;
      await blindSession.restore(booted.snapshot);
      store.isBlind = true;
      const outcome = await check.verify(blindSession, BLIND_STALL_MS).then(
        () => 'read',
        (error: unknown) => String(error),
      );
      // Linux gives up DMA with its IDE disk in the end, and reads it by port I/O
      if (check.endpoint === IDE_ENDPOINT && outcome === 'read') {
        const log = await blindSession.run('dmesg');
        expect(log.output).toMatch(/configured for PIO/);
      } else {
        expect(outcome).toMatch(/expected|in vain|panicked/);
      }
      expect(blindSession.iommu.totals().faults).toBeGreaterThan(0);
    },
  );
});
