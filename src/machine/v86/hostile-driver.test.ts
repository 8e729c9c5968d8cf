// Drivers that write anything into their rings and registers: v86's devices must neither throw nor run away.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FakeBus } from '../../../test/support/fake-bus.ts';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import {
  CONSOLE_PORTS,
  NET_PORTS,
  SHARE_PORTS,
  V86Driver,
  type Rings,
} from '../../../test/support/v86-driver.ts';
import type { Emulator } from './emulator.ts';
import { guardShare } from './share-guard.ts';
import { moveVirtio } from './v86-endpoints.ts';

const RUNS = 400;
const QUEUES = [0, 1, 2, 3];
const TABLE = 0x1000;
const ENTRIES = 32;
/** Accesses that 16 chains of the longest kind make, with room. */
const READS_LIMIT = 200_000;

const bus = new FakeBus();
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => {
  rejections.push(reason);
};
let emulator: Emulator;

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  emulator = await stoppedEmulator();
  const { cpu } = emulator;
  guardShare(cpu);
  const { virtio_net: net, virtio_9p: share, virtio_console: console } = cpu.devices;
  for (const { virtio } of [net, share, console]) moveVirtio(cpu, virtio, bus, true);
});

afterAll(() => {
  process.off('unhandledRejection', onRejection);
});

/** Addresses that hit something: rings, tables, buffers, the end of memory, and beyond. */
const address = fc.constantFrom(
  0,
  2,
  0x1000,
  0x1010,
  0x2000,
  0x3000,
  0x8000,
  0xf_fff0,
  0xffff_fff0,
);
const length = fc.oneof(
  fc.nat(64),
  fc.constantFrom(0, 16, 512, 4096, 0x10_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);
const descriptor = fc.record({
  address,
  length,
  flags: fc.nat(7),
  next: fc.oneof(fc.nat(ENTRIES), fc.nat(0xffff)),
  high: fc.constantFrom(0, 0, 0, 0, 1),
});
const rings: fc.Arbitrary<Rings> = fc.record({
  size: fc.constantFrom(0, 1, 2, 3, 8, 16, 1024, 0xffff),
  descriptors: address,
  available: address,
  used: address,
});
const attack = fc.record({
  table: fc.array(descriptor, { minLength: 1, maxLength: ENTRIES }),
  rings: fc.tuple(rings, rings, rings, rings),
  memory: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  index: fc.oneof(fc.nat(16), fc.nat(0xffff)),
  notified: fc.array(fc.oneof(fc.nat(3), fc.nat(0xffff)), { minLength: 1, maxLength: 6 }),
});

describe.each([
  ['virtio-console', CONSOLE_PORTS],
  ['virtio-net', NET_PORTS],
  ['virtio-9p', SHARE_PORTS],
])('%s', (_name, place) => {
  it('neither throws nor runs away, whatever its driver does', async () => {
    const driver = new V86Driver(emulator.cpu, place, bus);
    await fc.assert(
      fc.asyncProperty(attack, async ({ table, rings, memory, index, notified }) => {
        bus.bytes.fill(0, 0, 0x1_0000);
        for (const at of [0, 0x2000, 0x3000, 0x8000]) bus.bytes.set(memory, at);
        table.forEach((each, at) => driver.describe(TABLE, at, each));
        driver.start(new Map(QUEUES.map((queue) => [queue, rings[queue] ?? rings[0]])));
        new DataView(bus.bytes.buffer).setUint16(0x2002, index, true);
        for (const queue of notified) {
          bus.reads = 0;
          driver.notify(queue, queue % 4);
          expect(bus.reads).toBeLessThan(READS_LIMIT);
        }
        await Promise.resolve();
      }),
      { seed: 1, numRuns: RUNS },
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejections).toEqual([]);
  });
});
