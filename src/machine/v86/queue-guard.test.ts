import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeBus } from '../../../test/support/fake-bus.ts';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import {
  CONSOLE_PORTS,
  NEXT,
  V86Driver,
  WRITE,
  type RawDescriptor,
  type Rings,
} from '../../../test/support/v86-driver.ts';
import { MAX_DATA_LENGTH } from './dma-bus.ts';
import type { Emulator } from './emulator.ts';
import { moveVirtio } from './v86-endpoints.ts';

const OUTPUT = 1;
const RINGS: Rings = { size: 16, descriptors: 0x1000, available: 0x2000, used: 0x3000 };
const BUFFER = 0x8000;
const TEXT = new TextEncoder().encode('hello');
/** Far more than any case here needs, and far less than a loop without end makes. */
const READS_LIMIT = 100_000;

const bus = new FakeBus();
let emulator: Emulator;
let driver: V86Driver;
let printed = '';

beforeAll(async () => {
  emulator = await stoppedEmulator();
  const { virtio } = emulator.cpu.devices.virtio_console;
  moveVirtio(emulator.cpu, virtio, bus, true);
  driver = new V86Driver(emulator.cpu, CONSOLE_PORTS, bus);
  emulator.v86.add_listener('virtio-console0-output-bytes', (bytes: Uint8Array) => {
    printed += new TextDecoder().decode(bytes);
  });
});

beforeEach(() => {
  bus.bytes.fill(0);
  bus.bytes.set(TEXT, BUFFER);
  bus.faultingPage = undefined;
  bus.reads = 0;
  printed = '';
  driver.start(new Map([[OUTPUT, RINGS]]));
});

/** Offers one chain that begins with descriptor 0 of the table. */
function send(...descriptors: readonly RawDescriptor[]): void {
  descriptors.forEach((each, index) => driver.describe(RINGS.descriptors, index, each));
  driver.offer(RINGS, [0]);
  driver.notify(OUTPUT);
}

function sendsAfterReset(): boolean {
  bus.bytes.fill(0);
  bus.bytes.set(TEXT, BUFFER);
  bus.faultingPage = undefined;
  printed = '';
  driver.start(new Map([[OUTPUT, RINGS]]));
  send({ address: BUFFER, length: TEXT.length });
  return printed === 'hello' && driver.usedIndex(RINGS) === 1 && !driver.needsReset;
}

describe('a guarded queue with a driver that keeps to the rules', () => {
  it('carries a chain of several descriptors and returns it once', () => {
    send(
      { address: BUFFER, length: 2, flags: NEXT, next: 1 },
      { address: BUFFER + 2, length: 3, flags: 0 },
    );
    expect(printed).toBe('hello');
    expect(driver.usedIndex(RINGS)).toBe(1);
    expect(driver.needsReset).toBe(false);
  });

  it('takes as many chains as the queue holds, in one notification', () => {
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 1 });
    driver.offer(
      RINGS,
      Array.from({ length: RINGS.size }, () => 0),
    );
    driver.notify(OUTPUT);
    expect(printed).toBe('h'.repeat(RINGS.size));
    expect(driver.needsReset).toBe(false);
  });

  it('does nothing when a queue is notified that was not set up', () => {
    const before = bus.bytes.slice();
    driver.start(new Map());
    driver.notify(OUTPUT);
    expect(Buffer.compare(bus.bytes, before)).toBe(0);
    expect(driver.needsReset).toBe(false);
  });

  it('loses data that the bus refuses, and works on', () => {
    bus.faultingPage = BUFFER >>> 12;
    send({ address: BUFFER, length: TEXT.length });
    expect(printed).toBe('\0'.repeat(TEXT.length));
    expect(driver.usedIndex(RINGS)).toBe(1);
    expect(driver.needsReset).toBe(false);
  });
});

describe('a chain that no driver may make', () => {
  it.each<[string, readonly RawDescriptor[]]>([
    ['a length of 0xffffffff, which v86 takes for -1', [{ address: BUFFER, length: 0xffff_ffff }]],
    ['a length of 0x80000000', [{ address: BUFFER, length: 0x8000_0000 }]],
    ['the longest positive length', [{ address: BUFFER, length: 0x7fff_ffff }]],
    ['one byte more than a chain may have', [{ address: 0, length: MAX_DATA_LENGTH + 1 }]],
    [
      'readable and writable parts that are too long together',
      [
        { address: 0, length: MAX_DATA_LENGTH, flags: NEXT, next: 1 },
        { address: 0, length: 1, flags: WRITE },
      ],
    ],
    ['an address above 4 GiB', [{ address: BUFFER, length: 5, high: 1 }]],
  ])('%s: the device asks for its reset and works after it', (_what, descriptors) => {
    send(...descriptors);
    expect(printed).toBe('');
    expect(driver.needsReset).toBe(true);
    expect(bus.reads).toBeLessThan(READS_LIMIT);
    expect(sendsAfterReset()).toBe(true);
  });

  it('takes a loop of descriptors for a chain as long as the queue', () => {
    send({ address: BUFFER, length: 1, flags: NEXT, next: 0 });
    expect(printed.length).toBeLessThanOrEqual(RINGS.size + 1);
    expect(bus.reads).toBeLessThan(READS_LIMIT);
    expect(sendsAfterReset()).toBe(true);
  });
});

describe('a ring that no driver may make', () => {
  it.each([
    ['one chain more than the queue holds', RINGS.size + 1],
    ['an index that ran backwards', 0xffff],
  ])('%s: the device asks for its reset', (_what, index) => {
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 1 });
    driver.offer(RINGS, [0], index);
    driver.notify(OUTPUT);
    expect(printed).toBe('');
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });

  it.each<[string, Partial<Rings>]>([
    ['descriptor table', { descriptors: 0xffff_f000 }],
    ['available ring', { available: 0xffff_f000 }],
    ['used ring', { used: 0xffff_f000 }],
  ])('%s outside memory: the device asks for its reset', (_what, place) => {
    driver.start(new Map([[OUTPUT, { ...RINGS, ...place }]]));
    driver.offer(RINGS, [0]);
    driver.notify(OUTPUT);
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });

  it.each([
    ['descriptor table', RINGS.descriptors],
    ['available ring', RINGS.available],
    ['used ring', RINGS.used],
  ])('%s that the bus refuses: the device asks for its reset', (_what, address) => {
    bus.faultingPage = address >>> 12;
    send({ address: BUFFER, length: TEXT.length });
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });

  it('ends when every answer makes one more chain available', () => {
    // The used index lies where the available index does: each returned chain is a new one.
    const same = { ...RINGS, used: RINGS.available };
    driver.start(new Map([[OUTPUT, same]]));
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 1 });
    driver.offer(same, [0]);
    driver.notify(OUTPUT);
    expect(printed.length).toBeLessThanOrEqual(RINGS.size);
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });

  it('survives a queue of size 0', () => {
    driver.start(new Map([[OUTPUT, { ...RINGS, size: 0 }]]));
    driver.offer(RINGS, [0]);
    driver.notify(OUTPUT);
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });
});

describe('a driver that talks past its device', () => {
  it.each([10, 255, 0xffff])('notifies queue %i, which is not there', (index) => {
    driver.notify(index, OUTPUT);
    expect(driver.needsReset).toBe(true);
    expect(sendsAfterReset()).toBe(true);
  });

  it('is broken until it is reset, and touches no memory meanwhile', () => {
    send({ address: BUFFER, length: 0xffff_ffff });
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 1 });
    const before = bus.bytes.slice();
    bus.reads = 0;
    driver.notify(OUTPUT);
    expect(bus.reads).toBe(0);
    expect(Buffer.compare(bus.bytes, before)).toBe(0);
  });

  it('asks the console for its ports without a buffer for the answer, which is lost', () => {
    const CONTROL_OUT = 3;
    driver.start(new Map([[CONTROL_OUT, RINGS]]));
    // VIRTIO_CONSOLE_DEVICE_READY (virtio 1.2, 5.3.6.2): id 0, event 0, value 1.
    bus.bytes.set([0, 0, 0, 0, 0, 0, 1, 0], BUFFER);
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 8 });
    driver.offer(RINGS, [0]);
    driver.notify(CONTROL_OUT);
    expect(driver.usedIndex(RINGS)).toBe(1);
    expect(driver.needsReset).toBe(false);
  });

  it('gets a chain back once, though v86 answers an opened port twice', () => {
    const CONTROL_IN = 2;
    const CONTROL_OUT = 3;
    const input = { size: 16, descriptors: 0x4000, available: 0x5000, used: 0x6000 };
    driver.start(
      new Map([
        [CONTROL_IN, input],
        [CONTROL_OUT, RINGS],
      ]),
    );
    // VIRTIO_CONSOLE_PORT_READY of port 0.
    bus.bytes.set([0, 0, 0, 0, 3, 0, 1, 0], BUFFER);
    driver.describe(RINGS.descriptors, 0, { address: BUFFER, length: 8 });
    driver.describe(input.descriptors, 0, { address: 0x9000, length: 64, flags: WRITE });
    driver.offer(RINGS, [0]);
    driver.offer(input, [0]);
    driver.notify(CONTROL_OUT);
    expect(driver.usedIndex(RINGS)).toBe(1);
    expect(driver.usedIndex(input)).toBe(1);
    expect(driver.needsReset).toBe(false);
  });
});
