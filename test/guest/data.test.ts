// The guest's data is right through translation, and only through it.

import { describe, expect } from 'vitest';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { loadStoreWasm } from '../../src/guest/wasm-modules.ts';
import { GuestSession } from '../../src/guest/testing.ts';
import { IDE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { BlindableStore } from './support/blindable-store.ts';
import { BLOCK_CHECK, DATA_CHECKS, IDE_CHECK, READ_AHEAD_CHECK } from './support/data-checks.ts';
import { guestTest } from './support/guest-test.ts';

const PAGE = 4096;
const MIB = 1 << 20;
/** Mappings per page of a file read ahead. Beside its pages: the buffers of a request for each 128 KiB or so, and those of mounting and opening. */
const MAPPINGS_PER_PAGE = 1.2;

/**
 * MAPs for each MiB at most, where a piece of contiguous memory takes one, whatever its size. Through virtio, requests of up
 * to 2 MiB with a header and a status. Through IDE, requests of 128 KiB in pieces of 64 KiB, which no descriptor of a bus
 * master may cross. A share with read-ahead takes hardly more than one for each page.
 */
const MOST_MAPS = new Map([
  [BLOCK_CHECK, 12],
  [IDE_CHECK, 20],
  [READ_AHEAD_CHECK, (MIB / PAGE) * MAPPINGS_PER_PAGE],
]);

/** Nothing moves in the blind guest: waiting longer would change nothing. */
const BLIND_STALL_MS = 1000;

/** The guest of all checks, one after the other. */
const checkedTest = guestTest.extend('checked', { scope: 'file' }, async ({ booted }) => {
  await booted.session.restore(booted.snapshot);
  return booted.session;
});

describe('through translation', () => {
  checkedTest.for(DATA_CHECKS)('the guest reads $name', async (check, { checked: guest }) => {
    const before = guest.iommu.state().endpoints.find(({ id }) => id === check.endpoint);
    const { map } = guest.iommu.totals();
    await check.verify(guest);
    const mapped = guest.iommu.totals().map - map;
    const after = guest.iommu.state().endpoints.find(({ id }) => id === check.endpoint);
    const moved = (after?.translatedBytes ?? 0) - (before?.translatedBytes ?? 0);
    expect(moved).toBeGreaterThanOrEqual(check.bytes);
    expect(after).toMatchObject({ mode: 'attached', bypassed: 0, blocked: 0 });
    expect(guest.iommu.totals()).toMatchObject({ faults: 0, rejected: 0 });
    expect(mapped / (check.bytes / MIB)).toBeLessThan(MOST_MAPS.get(check) ?? Infinity);
  });
});

// After a few hundred notifications, which the checks above have made, v86 runs a driver's kick as translated code.
checkedTest('all endpoints go on moving data when it is warm', async ({ checked: guest }) => {
  for (const check of DATA_CHECKS) await check.verify(guest);
  expect(guest.iommu.totals()).toMatchObject({ faults: 0, rejected: 0 });
});

const blindTest = guestTest
  .extend('store', { scope: 'worker' }, async () => {
    return new BlindableStore(new WasmStore(await loadStoreWasm()));
  })
  .extend('blindSession', { scope: 'worker' }, async ({ store }, { onCleanup }) => {
    const session = await GuestSession.create({ createStore: () => store });
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
