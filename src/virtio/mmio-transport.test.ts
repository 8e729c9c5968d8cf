import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../testing/driver/mirror-device.ts';
import { createBench } from '../testing/driver/virtio-bench.ts';
import {
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import * as mmio from './mmio-registers.ts';

const MIRROR_FEATURES = 0b101n;
const UNOFFERED = 1n << 40n;
const READ_ONLY = [
  mmio.VIRTIO_MMIO_MAGIC_VALUE,
  mmio.VIRTIO_MMIO_VERSION,
  mmio.VIRTIO_MMIO_DEVICE_ID,
  mmio.VIRTIO_MMIO_DEVICE_FEATURES,
  mmio.VIRTIO_MMIO_QUEUE_NUM_MAX,
  mmio.VIRTIO_MMIO_INTERRUPT_STATUS,
  mmio.VIRTIO_MMIO_CONFIG_GENERATION,
];
const WRITE_ONLY = [
  mmio.VIRTIO_MMIO_DRIVER_FEATURES,
  mmio.VIRTIO_MMIO_QUEUE_SEL,
  mmio.VIRTIO_MMIO_QUEUE_NUM,
  mmio.VIRTIO_MMIO_QUEUE_NOTIFY,
  mmio.VIRTIO_MMIO_INTERRUPT_ACK,
  mmio.VIRTIO_MMIO_QUEUE_DESC_LOW,
  mmio.VIRTIO_MMIO_QUEUE_USED_HIGH,
];

describe('registers', () => {
  it.each([
    ['MagicValue spells "virt"', mmio.VIRTIO_MMIO_MAGIC_VALUE, 0x7472_6976],
    ['Version is 2', mmio.VIRTIO_MMIO_VERSION, 2],
    ["DeviceID is the device's", mmio.VIRTIO_MMIO_DEVICE_ID, 42],
    ['QueueSizeMax is that of queue 0', mmio.VIRTIO_MMIO_QUEUE_NUM_MAX, 16],
    ['SHMLenLow is all ones without a region', mmio.VIRTIO_MMIO_SHM_LEN_LOW, 0xffff_ffff],
    ['SHMLenHigh is all ones', mmio.VIRTIO_MMIO_SHM_LEN_HIGH, 0xffff_ffff],
    ['SHMBaseLow is all ones', mmio.VIRTIO_MMIO_SHM_BASE_LOW, 0xffff_ffff],
    ['SHMBaseHigh is all ones', mmio.VIRTIO_MMIO_SHM_BASE_HIGH, 0xffff_ffff],
    ['QueueReset is 0, not offered', 0x0c0, 0],
    ['legacy QueuePFN is not there', 0x040, 0],
    ['an unknown register is 0', 0x0f8, 0],
  ])('%s', (_claim, offset, value) => {
    expect(createBench(new MirrorDevice()).transport.read(offset, 4)).toBe(value);
  });

  it.each(READ_ONLY)('ignores a write to read-only 0x%s', (offset) => {
    const { transport } = createBench(new MirrorDevice());
    const before = transport.read(offset, 4);
    transport.write(offset, 4, 0xffff_ffff);
    expect(transport.read(offset, 4)).toBe(before);
  });

  it.each(WRITE_ONLY)('reads 0 from write-only 0x%s', (offset) => {
    const { transport } = createBench(new MirrorDevice());
    transport.write(offset, 4, 0x33);
    expect(transport.read(offset, 4)).toBe(0);
  });

  it('shows the parts of a register to narrow reads and ignores narrow writes', () => {
    const { transport } = createBench(new MirrorDevice());
    const bytes = [0, 1, 2, 3].map((index) => transport.read(index, 1));
    transport.write(mmio.VIRTIO_MMIO_STATUS, 1, 1);
    expect(String.fromCharCode(...bytes)).toBe('virt');
    expect(transport.read(2, 2)).toBe(0x7472);
    expect(transport.read(mmio.VIRTIO_MMIO_STATUS, 4)).toBe(0);
  });

  it('knows no queue beyond the last', () => {
    const { driver, transport } = createBench(new MirrorDevice());
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_SEL, 2);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_NUM, 8);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 1);
    expect(transport.read(mmio.VIRTIO_MMIO_QUEUE_NUM_MAX, 4)).toBe(0);
    expect(transport.read(mmio.VIRTIO_MMIO_QUEUE_READY, 4)).toBe(0);
  });
});

describe('features', () => {
  it('offers those of device, ring and transport in two words', () => {
    const { driver } = createBench(new MirrorDevice());
    driver.writeRegister(mmio.VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_DEVICE_FEATURES)).toBe(0);
    expect(driver.deviceFeatures).toBe(
      MIRROR_FEATURES | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | VIRTIO_F_VERSION_1,
    );
  });

  it('offers ACCESS_PLATFORM on demand', () => {
    const { driver } = createBench(new MirrorDevice(), { offersAccessPlatform: true });
    expect(driver.deviceFeatures & VIRTIO_F_ACCESS_PLATFORM).toBe(VIRTIO_F_ACCESS_PLATFORM);
  });

  it.each([
    ['takes VERSION_1 alone', VIRTIO_F_VERSION_1, false, true],
    ['refuses a legacy driver', 0n, false, false],
    ['refuses a bit it did not offer', VIRTIO_F_VERSION_1 | UNOFFERED, false, false],
    ['refuses what the device refuses', VIRTIO_F_VERSION_1 | 0b100n, false, false],
    ['refuses an endpoint driver without ACCESS_PLATFORM', VIRTIO_F_VERSION_1, true, false],
    ['takes it with', VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM, true, true],
  ])('%s', (_outcome, features, offersAccessPlatform, isAccepted) => {
    const { driver } = createBench(new MirrorDevice(), { offersAccessPlatform });
    expect(driver.negotiate(features)).toBe(isAccepted);
  });

  it('keeps them once FEATURES_OK is set', () => {
    const device = new MirrorDevice();
    const { driver } = createBench(device);
    driver.negotiate(VIRTIO_F_VERSION_1 | 1n);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES, 0b101);
    driver.addStatus(4);
    expect(device.context?.features).toBe(VIRTIO_F_VERSION_1 | 1n);
  });

  it('can be negotiated again after a reset', () => {
    const { driver } = createBench(new MirrorDevice());
    driver.negotiate(VIRTIO_F_VERSION_1);
    driver.reset();
    expect(driver.status).toBe(0);
    expect(driver.negotiate(VIRTIO_F_VERSION_1)).toBe(true);
  });
});

describe('configuration space', () => {
  it('reads at any width, and 0 beyond its end', () => {
    const { driver } = createBench(new MirrorDevice());
    expect(driver.readConfig(1, 1)).toBe(0x11);
    expect(driver.readConfig(1, 2)).toBe(0x1211);
    expect(driver.readConfig(0, 4)).toBe(0x1312_1110);
    expect(driver.readConfig(4, 4)).toBe(0x1514);
    expect(driver.readConfig(0x4000, 4)).toBe(0);
  });

  it('hands a write to the device as wide as it was, with the features negotiated by then', () => {
    const device = new MirrorDevice();
    const { driver } = createBench(device);
    driver.writeConfig(4, 1, 0xab);
    driver.negotiate(VIRTIO_F_VERSION_1 | 1n);
    driver.writeConfig(4, 4, 0x0403_0201);
    driver.writeConfig(6, 1, 1);
    expect(device.calls).toEqual(['writeConfig 4 [171] 0', 'writeConfig 4 [1,2,3,4] 4294967297']);
  });

  it('moves ConfigGeneration on a change, and notifies', () => {
    const device = new MirrorDevice();
    const { driver, line } = createBench(device);
    driver.start(VIRTIO_F_VERSION_1, []);
    device.context?.notifyConfigChange();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(1);
    expect(line.isAsserted).toBe(true);
    expect(driver.takeInterrupts()).toBe(mmio.VIRTIO_MMIO_INT_CONFIG);
    expect(line.isAsserted).toBe(false);
  });
});

describe('queue set-up', () => {
  it.each([
    ['size 0', { size: 0 }],
    ['a size that is no power of two', { size: 12 }],
    ['a size above the maximum', { size: 32 }],
    ['a descriptor table off its 16 bytes', { toBus: (offset: number) => BigInt(offset + 8) }],
    ['a used ring off its 4 bytes', { toBus: (offset: number) => BigInt(offset + 2) }],
    [
      'a ring beyond 2^64',
      { toBus: (offset: number) => 0xffff_ffff_ffff_fff0n + BigInt(offset % 16) },
    ],
  ])('refuses %s and goes on', (_fault, request) => {
    const { driver } = createBench(new MirrorDevice());
    driver.negotiate(VIRTIO_F_VERSION_1);
    expect(() => driver.setUpQueue(0, request)).toThrow('refused');
    expect(driver.needsReset).toBe(false);
    expect(driver.setUpQueue(0).size).toBe(16);
  });

  it('refuses a queue before the features are settled', () => {
    expect(() => createBench(new MirrorDevice()).driver.setUpQueue(0)).toThrow('refused');
  });

  it('leaves an enabled queue where it is', () => {
    const { driver } = createBench(new MirrorDevice());
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_NUM, 1);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 1);
    const used = driver.request(0, { readable: [Uint8Array.of(1, 2)], writable: [2] });
    expect([...used.bytes]).toEqual([2, 1]);
  });

  it('touches a queue no more after QueueReady = 0', () => {
    const device = new MirrorDevice();
    const { driver } = createBench(device);
    const [queue] = driver.start(VIRTIO_F_VERSION_1, [{}]);
    queue?.add({ writable: [4] });
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 0);
    driver.notify(0);
    expect(device.context?.queue(0)).toBeUndefined();
    expect(queue?.takeUsed()).toBeUndefined();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_QUEUE_READY)).toBe(0);
  });
});

describe('interrupts', () => {
  it('hold the line until every bit is acknowledged', () => {
    const device = new MirrorDevice();
    const { driver, line } = createBench(device);
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    driver.request(0, { writable: [1] });
    device.context?.notifyConfigChange();
    driver.writeRegister(mmio.VIRTIO_MMIO_INTERRUPT_ACK, mmio.VIRTIO_MMIO_INT_VRING);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_INTERRUPT_STATUS)).toBe(
      mmio.VIRTIO_MMIO_INT_CONFIG,
    );
    expect(line.isAsserted).toBe(true);
    driver.writeRegister(mmio.VIRTIO_MMIO_INTERRUPT_ACK, 0xffff_ffff);
    expect(line.isAsserted).toBe(false);
  });

  it('end with a reset', () => {
    const { driver, line } = createBench(new MirrorDevice());
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    driver.request(0, { writable: [1] });
    driver.reset();
    expect(line.isAsserted).toBe(false);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_INTERRUPT_STATUS)).toBe(0);
  });
});
