import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_RING_PACKED, VIRTIO_F_VERSION_1 } from './features.ts';
import * as mmio from './mmio-registers.ts';

/** SHMSel: there is no region to select. */
const SHM_SEL = 0x0ac;
const READ_ONLY = [
  mmio.VIRTIO_MMIO_MAGIC_VALUE,
  mmio.VIRTIO_MMIO_VERSION,
  mmio.VIRTIO_MMIO_DEVICE_ID,
  mmio.VIRTIO_MMIO_VENDOR_ID,
  mmio.VIRTIO_MMIO_DEVICE_FEATURES,
  mmio.VIRTIO_MMIO_QUEUE_NUM_MAX,
  mmio.VIRTIO_MMIO_INTERRUPT_STATUS,
  mmio.VIRTIO_MMIO_SHM_LEN_LOW,
  mmio.VIRTIO_MMIO_SHM_LEN_HIGH,
  mmio.VIRTIO_MMIO_SHM_BASE_LOW,
  mmio.VIRTIO_MMIO_SHM_BASE_HIGH,
  mmio.VIRTIO_MMIO_CONFIG_GENERATION,
];
const WRITE_ONLY = [
  mmio.VIRTIO_MMIO_DEVICE_FEATURES_SEL,
  mmio.VIRTIO_MMIO_DRIVER_FEATURES_SEL,
  mmio.VIRTIO_MMIO_DRIVER_FEATURES,
  mmio.VIRTIO_MMIO_QUEUE_SEL,
  mmio.VIRTIO_MMIO_QUEUE_NUM,
  mmio.VIRTIO_MMIO_QUEUE_NOTIFY,
  mmio.VIRTIO_MMIO_INTERRUPT_ACK,
  mmio.VIRTIO_MMIO_QUEUE_DESC_LOW,
  mmio.VIRTIO_MMIO_QUEUE_DESC_HIGH,
  mmio.VIRTIO_MMIO_QUEUE_AVAIL_LOW,
  mmio.VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
  mmio.VIRTIO_MMIO_QUEUE_USED_LOW,
  mmio.VIRTIO_MMIO_QUEUE_USED_HIGH,
  SHM_SEL,
];
const LEGACY = [
  ['GuestPageSize', 0x028],
  ['QueueAlign', 0x03c],
  ['QueuePFN', 0x040],
] as const;

describe('[B1] registers', () => {
  it.each([
    ['MagicValue spells "virt"', mmio.VIRTIO_MMIO_MAGIC_VALUE, 0x7472_6976],
    ['Version is 2', mmio.VIRTIO_MMIO_VERSION, 2],
    ["DeviceID is the device's", mmio.VIRTIO_MMIO_DEVICE_ID, 42],
    ['QueueSizeMax is that of queue 0', mmio.VIRTIO_MMIO_QUEUE_NUM_MAX, 16],
    ['[B9] SHMLenLow is all ones without a region', mmio.VIRTIO_MMIO_SHM_LEN_LOW, 0xffff_ffff],
    ['[B9] SHMLenHigh is all ones', mmio.VIRTIO_MMIO_SHM_LEN_HIGH, 0xffff_ffff],
    ['[B9] SHMBaseLow is all ones', mmio.VIRTIO_MMIO_SHM_BASE_LOW, 0xffff_ffff],
    ['[B9] SHMBaseHigh is all ones', mmio.VIRTIO_MMIO_SHM_BASE_HIGH, 0xffff_ffff],
    ['[B8] QueueReset is 0', 0x0c0, 0],
    ['an unknown register is 0', 0x0f8, 0],
  ])('%s', (_claim, offset, value) => {
    expect(createRig(new MirrorDevice()).transport.read(offset, 4)).toBe(value);
  });

  it.each(READ_ONLY)('ignores a write to read-only 0x%s', (offset) => {
    const { transport } = createRig(new MirrorDevice());
    const before = transport.read(offset, 4);
    transport.write(offset, 4, 0xffff_ffff);
    expect(transport.read(offset, 4)).toBe(before);
  });

  it.each(WRITE_ONLY)('reads 0 from write-only 0x%s', (offset) => {
    const { transport } = createRig(new MirrorDevice());
    transport.write(offset, 4, 0x33);
    expect(transport.read(offset, 4)).toBe(0);
  });

  it.each(LEGACY)('has no legacy %s', (_name, offset) => {
    const { transport, driver } = createRig(new MirrorDevice());
    transport.write(offset, 4, 0x1000);
    expect(transport.read(offset, 4)).toBe(0);
    expect(driver.status).toBe(0);
  });

  it('[B9] has no shared memory region, whichever one is selected', () => {
    const { driver } = createRig(new MirrorDevice());
    for (const region of [0, 1, 0xff]) {
      driver.writeRegister(SHM_SEL, region);
      expect(driver.readRegister(mmio.VIRTIO_MMIO_SHM_LEN_LOW)).toBe(0xffff_ffff);
      expect(driver.readRegister(mmio.VIRTIO_MMIO_SHM_BASE_HIGH)).toBe(0xffff_ffff);
    }
  });

  it('[B6] shows the parts of a register to narrow reads and ignores narrow writes', () => {
    const { transport } = createRig(new MirrorDevice());
    const bytes = [0, 1, 2, 3].map((index) => transport.read(index, 1));
    transport.write(mmio.VIRTIO_MMIO_STATUS, 1, 1);
    expect(String.fromCharCode(...bytes)).toBe('virt');
    expect(transport.read(2, 2)).toBe(0x7472);
    expect(transport.read(mmio.VIRTIO_MMIO_STATUS, 4)).toBe(0);
  });

  it.each([1, 2, 4] as const)('survives accesses of %s bytes at every offset', (width) => {
    const { transport, driver } = createRig(new MirrorDevice());
    for (let offset = 0; offset < 0x200; offset++) {
      expect(transport.read(offset, width)).toBeGreaterThanOrEqual(0);
      transport.write(offset, width, 0xffff_ffff);
      expect(transport.read(offset, width)).toBeLessThanOrEqual(2 ** (8 * width) - 1);
    }
    expect(driver.start(VIRTIO_F_VERSION_1, [{}])).toHaveLength(1);
  });

  it('[B7] knows no queue beyond the last', () => {
    const { driver, transport } = createRig(new MirrorDevice());
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_SEL, 2);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_NUM, 8);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 1);
    expect(transport.read(mmio.VIRTIO_MMIO_QUEUE_NUM_MAX, 4)).toBe(0);
    expect(transport.read(mmio.VIRTIO_MMIO_QUEUE_READY, 4)).toBe(0);
  });
});

describe('[B7] queue set-up', () => {
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
    const { driver } = createRig(new MirrorDevice());
    driver.negotiate(VIRTIO_F_VERSION_1);
    expect(() => driver.setUpQueue(0, request)).toThrow('refused');
    expect(driver.needsReset).toBe(false);
    expect(driver.setUpQueue(0).size).toBe(16);
  });

  it.each([1, 3, 7, 12, 16])('[B28] takes a packed ring of %s, and runs it', (size) => {
    const { driver } = createRig(new MirrorDevice(), { rings: 'split-and-packed' });
    driver.start(VIRTIO_F_VERSION_1 | VIRTIO_F_RING_PACKED, [{ size }]);
    for (let round = 0; round < 3 * size; round++) {
      const used = driver.request(0, { readable: [Uint8Array.of(round)] });
      expect(used.length).toBe(0);
    }
    expect(driver.needsReset).toBe(false);
  });

  it.each([
    ['size 0', { size: 0 }],
    ['a size above the maximum', { size: 17 }],
    ['a ring off its 16 bytes', { toBus: (offset: number) => BigInt(offset + 8) }],
    ['event suppression off its 4 bytes', { toBus: (at: number) => BigInt(at % 16 ? at + 2 : at) }],
    [
      'a ring beyond 2^64',
      { toBus: (offset: number) => 0xffff_ffff_ffff_fff0n + BigInt(offset % 16) },
    ],
  ])('[B28] refuses %s for a packed ring and goes on', (_fault, request) => {
    const { driver } = createRig(new MirrorDevice(), { rings: 'split-and-packed' });
    driver.negotiate(VIRTIO_F_VERSION_1 | VIRTIO_F_RING_PACKED);
    expect(() => driver.setUpQueue(0, request)).toThrow('refused');
    expect(driver.needsReset).toBe(false);
    expect(driver.setUpQueue(0).size).toBe(16);
  });

  it('refuses a queue before the features are settled', () => {
    expect(() => createRig(new MirrorDevice()).driver.setUpQueue(0)).toThrow('refused');
  });

  it('leaves an enabled queue where it is', () => {
    const { driver } = createRig(new MirrorDevice());
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_NUM, 1);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 1);
    const used = driver.request(0, { readable: [Uint8Array.of(1, 2)], writable: [2] });
    expect([...used.bytes]).toEqual([2, 1]);
  });

  it('[B4 B27] touches a queue no more after QueueReady = 0', () => {
    const device = new MirrorDevice();
    const { driver } = createRig(device);
    const [queue] = driver.start(VIRTIO_F_VERSION_1, [{}]);
    queue?.add({ writable: [4] });
    driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_READY, 0);
    driver.notify(0);
    expect(device.context?.queue(0)).toBeUndefined();
    expect(queue?.takeUsed()).toBeUndefined();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_QUEUE_READY)).toBe(0);
  });
});

describe('[B2] interrupts', () => {
  it('hold the line until every bit is acknowledged', () => {
    const device = new MirrorDevice();
    const { driver, line } = createRig(device);
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

  it('stay as long as they are not acknowledged, and no other bit ever shows', () => {
    const { driver, line } = createRig(new MirrorDevice());
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    driver.request(0, { writable: [1] });
    driver.request(0, { writable: [1] });
    driver.writeRegister(mmio.VIRTIO_MMIO_INTERRUPT_ACK, 0);
    driver.writeRegister(mmio.VIRTIO_MMIO_INTERRUPT_ACK, 0xffff_fffe);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_INTERRUPT_STATUS)).toBe(1);
    expect([line.isAsserted, line.rises]).toEqual([true, 1]);
    driver.writeRegister(mmio.VIRTIO_MMIO_INTERRUPT_ACK, 1);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_INTERRUPT_STATUS)).toBe(0);
    driver.request(0, { writable: [1] });
    expect(line.rises).toBe(2);
  });

  it('[B3] end with a reset, and so does every QueueReady', () => {
    const { driver, line } = createRig(new MirrorDevice());
    driver.start(VIRTIO_F_VERSION_1, [{}, {}]);
    driver.request(0, { writable: [1] });
    driver.reset();
    expect(line.isAsserted).toBe(false);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_INTERRUPT_STATUS)).toBe(0);
    for (const index of [0, 1]) {
      driver.writeRegister(mmio.VIRTIO_MMIO_QUEUE_SEL, index);
      expect(driver.readRegister(mmio.VIRTIO_MMIO_QUEUE_READY)).toBe(0);
    }
  });
});
