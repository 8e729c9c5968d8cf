// What a driver must not notice of a snapshot in the middle.

import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { createRig, type Rig } from '../../test/rigs/virtio-rig.ts';
import {
  VIRTIO_CONFIG_S_ACKNOWLEDGE,
  VIRTIO_CONFIG_S_DRIVER,
  VIRTIO_CONFIG_S_FEATURES_OK,
} from './device-status.ts';
import { VIRTIO_F_VERSION_1 } from './features.ts';
import {
  VIRTIO_MMIO_CONFIG_GENERATION,
  VIRTIO_MMIO_DRIVER_FEATURES,
  VIRTIO_MMIO_DRIVER_FEATURES_SEL,
} from './mmio-registers.ts';

function restore({ transport }: Rig): void {
  transport.restore(structuredClone(transport.save()));
}

describe('a restored transport', () => {
  it('[B11] still refuses a driver that chose a feature beyond the 64th', () => {
    const rig = createRig(new MirrorDevice());
    const { driver } = rig;
    driver.addStatus(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);
    driver.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    driver.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES, Number(VIRTIO_F_VERSION_1 >> 32n));
    driver.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
    driver.writeRegister(VIRTIO_MMIO_DRIVER_FEATURES, 1);
    restore(rig);
    driver.addStatus(VIRTIO_CONFIG_S_FEATURES_OK);
    expect(driver.status & VIRTIO_CONFIG_S_FEATURES_OK).toBe(0);
  });

  it('[B5] has another generation when the configuration has changed since the driver looked', () => {
    const device = new MirrorDevice();
    const rig = createRig(device);
    const generation = rig.driver.readRegister(VIRTIO_MMIO_CONFIG_GENERATION);
    restore(rig);
    expect(rig.driver.readRegister(VIRTIO_MMIO_CONFIG_GENERATION)).toBe(generation);
    restore(rig);
    device.config[0] = 0xff;
    expect(rig.driver.readRegister(VIRTIO_MMIO_CONFIG_GENERATION)).not.toBe(generation);
  });

  it('[B13] has the features of a broken device that its driver settled, and no queue', () => {
    const device = new MirrorDevice();
    const rig = createRig(device);
    const [queue] = rig.driver.start(VIRTIO_F_VERSION_1 | 1n, [{}]);
    queue?.makeAvailable(0xffff);
    rig.driver.notify(0);
    expect(rig.driver.needsReset).toBe(true);
    restore(rig);
    expect(rig.driver.needsReset).toBe(true);
    expect(device.context?.features).toBe(VIRTIO_F_VERSION_1 | 1n);
    device.calls.length = 0;
    rig.driver.notify(0);
    expect(device.calls).toEqual([]);
  });
});
