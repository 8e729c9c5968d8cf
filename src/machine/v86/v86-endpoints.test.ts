import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeBus } from '../../../test/support/fake-bus.ts';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import type { Emulator } from './emulator.ts';
import { moveIde, moveVirtio } from './v86-endpoints.ts';

// The primary channel's ports: the task file and the bus master (ATA/ATAPI-7; PCI IDE bus master specification).
const SECTOR_COUNT = 0x1f2;
const LBA_LOW = 0x1f3;
const LBA_MID = 0x1f4;
const LBA_HIGH = 0x1f5;
const DEVICE = 0x1f6;
const COMMAND = 0x1f7;
const CONTROL = 0x3f6;
const BUS_MASTER_COMMAND = 0xb400;
const BUS_MASTER_STATUS = 0xb402;
const PRD_TABLE = 0xb404;

const READ_DMA = 0xc8;
const WRITE_DMA = 0xca;
const START_READ = 9;
const START_WRITE = 1;
const STOP = 0;
const LBA_MODE = 0xe0;
const SOFT_RESET = 4;

const STATUS_GOOD = 0x50;
const STATUS_ERROR = 0x51;
const ACTIVE = 1;
const ERROR = 2;

const SECTOR = 512;
const DISK_SECTORS = 2048;
const END_OF_TABLE = 0x8000;
const TABLE = 0x1000;
const DATA = 0x1_0000;
const READS_LIMIT = 100_000;

const bus = new FakeBus();
const disk = new Uint8Array(DISK_SECTORS * SECTOR);
let emulator: Emulator;

beforeAll(async () => {
  emulator = await stoppedEmulator(disk);
  moveIde(emulator.cpu, bus);
});

beforeEach(() => {
  bus.bytes.fill(0);
  bus.faultingPage = undefined;
  bus.reads = 0;
  disk.forEach((_byte, index) => {
    disk[index] = index ^ (index >>> 9);
  });
  out(CONTROL, SOFT_RESET);
  out(CONTROL, 0);
  out(BUS_MASTER_COMMAND, STOP);
  out(BUS_MASTER_STATUS, 6);
});

function out(number: number, value: number): void {
  const port = emulator.cpu.io.ports[number];
  port?.write8.call(port.device, value);
}

function out32(number: number, value: number): void {
  const port = emulator.cpu.io.ports[number];
  port?.write32.call(port.device, value);
}

function status(number: number): number | undefined {
  const port = emulator.cpu.io.ports[number];
  return port?.read8.call(port.device, number);
}

/** Writes a region descriptor; a length of 0 means 64 KiB. */
function region(index: number, address: number, length: number, flags = 0): void {
  const view = new DataView(bus.bytes.buffer, TABLE + index * 8);
  view.setUint32(0, address, true);
  view.setUint16(4, length & 0xffff, true);
  view.setUint16(6, flags, true);
}

function command(code: number, lba: number, sectors: number): void {
  out(DEVICE, LBA_MODE);
  out(SECTOR_COUNT, sectors);
  out(LBA_LOW, lba & 0xff);
  out(LBA_MID, (lba >>> 8) & 0xff);
  out(LBA_HIGH, (lba >>> 16) & 0xff);
  out(COMMAND, code);
}

function transfer(code: number, lba: number, sectors: number, table = TABLE): void {
  command(code, lba, sectors);
  out32(PRD_TABLE, table);
  out(BUS_MASTER_COMMAND, code === READ_DMA ? START_READ : START_WRITE);
}

function expectAborted(): void {
  expect(status(COMMAND)).toBe(STATUS_ERROR);
  expect((status(BUS_MASTER_STATUS) ?? 0) & (ACTIVE | ERROR)).toBe(ERROR);
  expect(bus.reads).toBeLessThan(READS_LIMIT);
  expect(emulator.cpu.devices.ide.primary?.master.in_progress_io_ids.size).toBe(0);
}

function expectWorking(): void {
  bus.faultingPage = undefined;
  out(BUS_MASTER_COMMAND, STOP);
  out(BUS_MASTER_STATUS, 6);
  region(0, DATA, SECTOR, END_OF_TABLE);
  transfer(READ_DMA, 3, 1);
  expect(status(COMMAND)).toBe(STATUS_GOOD);
  const read = bus.bytes.subarray(DATA, DATA + SECTOR);
  expect(Buffer.compare(read, disk.subarray(3 * SECTOR, 4 * SECTOR))).toBe(0);
}

describe('the IDE bus master on its endpoint’s bus', () => {
  it('stores a read in the regions of its table', () => {
    region(0, DATA, SECTOR);
    region(1, DATA + 0x1000, SECTOR, END_OF_TABLE);
    transfer(READ_DMA, 5, 2);
    expect(status(COMMAND)).toBe(STATUS_GOOD);
    expect([...bus.bytes.subarray(DATA, DATA + SECTOR)]).toEqual([
      ...disk.subarray(5 * SECTOR, 6 * SECTOR),
    ]);
    expect([...bus.bytes.subarray(DATA + 0x1000, DATA + 0x1000 + SECTOR)]).toEqual([
      ...disk.subarray(6 * SECTOR, 7 * SECTOR),
    ]);
  });

  it('fetches a write from the regions of its table', () => {
    bus.bytes.fill(0xab, DATA, DATA + SECTOR);
    region(0, DATA, SECTOR, END_OF_TABLE);
    transfer(WRITE_DMA, 7, 1);
    expect(status(COMMAND)).toBe(STATUS_GOOD);
    expect(disk.subarray(7 * SECTOR, 8 * SECTOR).every((byte) => byte === 0xab)).toBe(true);
    expect(disk[8 * SECTOR]).toBe(8);
  });

  it.each([READ_DMA, WRITE_DMA])(
    'ends command %i with an error when the bus refuses data',
    (code) => {
      bus.faultingPage = DATA >>> 12;
      region(0, DATA, SECTOR, END_OF_TABLE);
      transfer(code, 3, 1);
      expectAborted();
      expectWorking();
    },
  );

  it.each([READ_DMA, WRITE_DMA])(
    'ends command %i with an error when the bus refuses the table',
    (code) => {
      bus.faultingPage = TABLE >>> 12;
      transfer(code, 3, 1);
      expectAborted();
      expectWorking();
    },
  );

  it.each([
    [READ_DMA, 'outside memory', 0xffff_fff8],
    [WRITE_DMA, 'outside memory', 0xffff_fff8],
  ])('ends command %i with an error when its table is %s', (code, _what, table) => {
    transfer(code, 3, 1, table);
    expectAborted();
    expectWorking();
  });

  it.each([READ_DMA, WRITE_DMA])(
    'ends command %i with an error when its table has no end',
    (code) => {
      const entries = bus.bytes.length / 8 - TABLE / 8;
      for (let index = 0; index < entries; index++) region(index, 0xf_0000, 0);
      transfer(code, 3, 1);
      expectAborted();
      expectWorking();
    },
  );

  it('ends a write with an error when its regions are longer than the transfer', () => {
    const before = disk.slice();
    region(0, DATA, 2 * SECTOR, END_OF_TABLE);
    transfer(WRITE_DMA, 3, 1);
    expectAborted();
    expect(Buffer.compare(disk, before)).toBe(0);
    expectWorking();
  });

  it('stores no more than the transfer when the regions of a read are longer', () => {
    region(0, DATA, 2 * SECTOR, END_OF_TABLE);
    transfer(READ_DMA, 3, 1);
    expect(bus.bytes.subarray(DATA + SECTOR, DATA + 2 * SECTOR).every((byte) => byte === 0)).toBe(
      true,
    );
    expectWorking();
  });

  it.each([READ_DMA, WRITE_DMA])(
    'does not follow a sector number that changes after command 0x%s',
    (code) => {
      const before = disk.slice();
      region(0, DATA, SECTOR, END_OF_TABLE);
      command(code, 3, 1);
      out(LBA_HIGH, 0xff);
      out32(PRD_TABLE, TABLE);
      out(BUS_MASTER_COMMAND, code === READ_DMA ? START_READ : START_WRITE);
      expectAborted();
      expect(Buffer.compare(disk, before)).toBe(0);
      expectWorking();
    },
  );
});

describe('moveVirtio', () => {
  it.each([
    [true, 2],
    [false, 0],
  ])('offers VIRTIO_F_ACCESS_PLATFORM: %s', async (offers, bit) => {
    const { cpu } = await stoppedEmulator();
    const { virtio } = cpu.devices.virtio_net;
    moveVirtio(cpu, virtio, bus, offers);
    expect((virtio.device_feature[1] ?? 0) & 2).toBe(bit);
    virtio.reset();
    expect((virtio.driver_feature[1] ?? 0) & 2).toBe(bit);
  });
});
