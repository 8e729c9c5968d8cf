import { describe, expect, it } from 'vitest';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import {
  VIRTIO_F_ACCESS_PLATFORM,
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_IN_ORDER,
  VIRTIO_F_NOTIFICATION_DATA,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_RING_RESET,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import * as mmio from './mmio-registers.ts';

const MIRROR_FEATURES = 0b101n;
const UNOFFERED = 1n << 36n;

describe('[B11 B15] features', () => {
  it('offers those of device, ring and transport in two words', () => {
    const { driver } = createRig(new MirrorDevice());
    driver.writeRegister(mmio.VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
    expect(driver.readRegister(mmio.VIRTIO_MMIO_DEVICE_FEATURES)).toBe(0);
    expect(driver.deviceFeatures).toBe(
      MIRROR_FEATURES |
        VIRTIO_F_INDIRECT_DESC |
        VIRTIO_F_EVENT_IDX |
        VIRTIO_F_VERSION_1 |
        VIRTIO_F_IN_ORDER |
        VIRTIO_F_NOTIFICATION_DATA |
        VIRTIO_F_RING_RESET,
    );
  });

  // NOTIFY_ON_EMPTY and ANY_LAYOUT are legacy; the others need what is not there: ADMIN_VQ has no mmio transport.
  it.each([
    ['NOTIFY_ON_EMPTY', 24n],
    ['ANY_LAYOUT', 27n],
    ['ACCESS_PLATFORM, unless asked to', 33n],
    ['RING_PACKED, unless asked to', 34n],
    ['ORDER_PLATFORM', 36n],
    ['SR_IOV', 37n],
    ['NOTIF_CONFIG_DATA', 39n],
    ['[B9] ADMIN_VQ', 41n],
    ['[B14] SUSPEND', 43n],
  ])('does not offer %s', (_name, bit) => {
    expect(createRig(new MirrorDevice()).driver.deviceFeatures & (1n << bit)).toBe(0n);
  });

  it('[B28] offers RING_PACKED on demand', () => {
    const { driver } = createRig(new MirrorDevice(), { rings: 'split-and-packed' });
    expect(driver.deviceFeatures & VIRTIO_F_RING_PACKED).toBe(VIRTIO_F_RING_PACKED);
  });

  it('[B24] offers IN_ORDER only for a device that claims it', () => {
    const device = new MirrorDevice();
    device.usesBuffersInOrder = false;
    expect(createRig(device).driver.deviceFeatures & VIRTIO_F_IN_ORDER).toBe(0n);
  });

  it.each([24n, 33n, 40n, 43n, 49n])(
    'takes no bit %s from a device: it is not of its type',
    (bit) => {
      const device = Object.assign(new MirrorDevice(), { deviceFeatures: 1n << bit });
      expect(() => createRig(device)).toThrow('internal error');
    },
  );

  it('[B32] offers ACCESS_PLATFORM on demand', () => {
    const { driver } = createRig(new MirrorDevice(), { offersAccessPlatform: true });
    expect(driver.deviceFeatures & VIRTIO_F_ACCESS_PLATFORM).toBe(VIRTIO_F_ACCESS_PLATFORM);
  });

  it.each([
    ['takes VERSION_1 alone', VIRTIO_F_VERSION_1, false, true],
    ['refuses a legacy driver', 0n, false, false],
    ['refuses a bit it did not offer', VIRTIO_F_VERSION_1 | UNOFFERED, false, false],
    ['refuses what the device refuses', VIRTIO_F_VERSION_1 | 0b100n, false, false],
    ['[B32] refuses an endpoint driver without ACCESS_PLATFORM', VIRTIO_F_VERSION_1, true, false],
    ['[B32] takes it with', VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM, true, true],
  ])('%s', (_outcome, features, offersAccessPlatform, isAccepted) => {
    const { driver } = createRig(new MirrorDevice(), { offersAccessPlatform });
    expect(driver.negotiate(features)).toBe(isAccepted);
  });

  it('refuses bits beyond the 64th, which it never offers, until a reset', () => {
    const { driver } = createRig(new MirrorDevice());
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES, 1);
    expect(driver.negotiate(VIRTIO_F_VERSION_1)).toBe(false);
    driver.reset();
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES_SEL, 3);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES, 0);
    expect(driver.negotiate(VIRTIO_F_VERSION_1)).toBe(true);
  });

  it('leaves FEATURES_OK clear for a refused set, and takes a smaller one at once', () => {
    const { driver } = createRig(new MirrorDevice());
    expect(driver.negotiate(VIRTIO_F_VERSION_1 | UNOFFERED)).toBe(false);
    expect(driver.status).toBe(3);
    expect(driver.negotiate(VIRTIO_F_VERSION_1)).toBe(true);
    expect(driver.status).toBe(11);
  });

  it('keeps them once FEATURES_OK is set', () => {
    const device = new MirrorDevice();
    const { driver } = createRig(device);
    driver.negotiate(VIRTIO_F_VERSION_1 | 1n);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    driver.writeRegister(mmio.VIRTIO_MMIO_DRIVER_FEATURES, 0b101);
    driver.addStatus(4);
    expect(device.context?.features).toBe(VIRTIO_F_VERSION_1 | 1n);
  });

  it('can be negotiated again after a reset, the same or others', () => {
    const { driver } = createRig(new MirrorDevice());
    const all = driver.deviceFeatures;
    for (const features of [VIRTIO_F_VERSION_1, all, all, VIRTIO_F_VERSION_1]) {
      expect(driver.negotiate(features)).toBe(true);
      driver.reset();
      expect(driver.status).toBe(0);
      expect(driver.deviceFeatures).toBe(all);
    }
  });
});
