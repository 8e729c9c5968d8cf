import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_VERSION_1 } from './features.ts';
import * as mmio from './mmio-registers.ts';

describe('configuration space', () => {
  it('[B6] reads at any width, and 0 beyond its end', () => {
    const { driver } = createRig(new MirrorDevice());
    expect(driver.readConfig(1, 1)).toBe(0x11);
    expect(driver.readConfig(1, 2)).toBe(0x1211);
    expect(driver.readConfig(0, 4)).toBe(0x1312_1110);
    expect(driver.readConfig(4, 4)).toBe(0x1514);
    expect(driver.readConfig(0x4000, 4)).toBe(0);
  });

  it('[B6] gives the same 64-bit field in two words, in either order, and byte by byte', () => {
    const device = Object.assign(new MirrorDevice(), { configLength: 8 });
    device.readConfig = (offset) => 0xf0 + offset;
    const { driver } = createRig(device);
    const words = [4, 0].map((offset) => driver.readConfig(offset, 4));
    const bytes = Array.from({ length: 8 }, (_, offset) => driver.readConfig(offset, 1));
    const halves = [0, 2, 4, 6].map((offset) => driver.readConfig(offset, 2));
    expect(words).toEqual([0xf7f6_f5f4, 0xf3f2_f1f0]);
    expect(bytes).toEqual([0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7]);
    expect(halves).toEqual([0xf1f0, 0xf3f2, 0xf5f4, 0xf7f6]);
  });

  it('[B11] can be read before FEATURES_OK', () => {
    const { driver } = createRig(new MirrorDevice());
    expect(driver.status).toBe(0);
    expect(driver.readConfig(0, 1)).toBe(0x10);
  });

  it('[B6] hands a write to the device as wide as it was, with the features negotiated by then', () => {
    const device = new MirrorDevice();
    const { driver } = createRig(device);
    driver.writeConfig(4, 1, 0xab);
    driver.negotiate(VIRTIO_F_VERSION_1 | 1n);
    driver.writeConfig(4, 4, 0x0403_0201);
    driver.writeConfig(6, 1, 1);
    expect(device.calls).toEqual(['writeConfig 4 [171] 0', 'writeConfig 4 [1,2,3,4] 4294967297']);
  });

  it('[B5] keeps ConfigGeneration while nothing changes, also when read and written', () => {
    const { driver } = createRig(new MirrorDevice());
    const generation = driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION);
    driver.readConfig(0, 4);
    driver.writeConfig(0, 4, 7);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(generation);
  });

  it('[B5] moves ConfigGeneration when the content changed before the device ran', () => {
    const device = new MirrorDevice();
    const { driver } = createRig(device);
    const generation = driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION);
    device.config[3] = 0x77;
    const next = driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION);
    expect(next).toBe(generation + 1);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(next);
  });

  it('[B5] counts a change once that the device tells of, even if it was changed back', () => {
    const device = new MirrorDevice();
    const { driver } = createRig(device);
    driver.start(VIRTIO_F_VERSION_1, []);
    const generation = driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION);
    device.config[0] = 0x77;
    device.context?.notifyConfigChange();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(generation + 1);
    device.config[0] = 0x10;
    device.context?.notifyConfigChange();
    device.config[0] = 0x77;
    device.context?.notifyConfigChange();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(generation + 3);
  });

  it('[B2 B5] moves ConfigGeneration on a change, and notifies', () => {
    const device = new MirrorDevice();
    const { driver, line } = createRig(device);
    driver.start(VIRTIO_F_VERSION_1, []);
    device.context?.notifyConfigChange();
    expect(driver.readRegister(mmio.VIRTIO_MMIO_CONFIG_GENERATION)).toBe(1);
    expect(line.isAsserted).toBe(true);
    expect(driver.takeInterrupts()).toBe(mmio.VIRTIO_MMIO_INT_CONFIG);
    expect(line.isAsserted).toBe(false);
  });
});
