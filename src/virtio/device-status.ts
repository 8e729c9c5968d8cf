// The device status field and the one rule by which a driver moves it (virtio 1.2, 2.1 and 3.1.1).

export const VIRTIO_CONFIG_S_ACKNOWLEDGE = 1;
export const VIRTIO_CONFIG_S_DRIVER = 2;
export const VIRTIO_CONFIG_S_DRIVER_OK = 4;
export const VIRTIO_CONFIG_S_FEATURES_OK = 8;
export const VIRTIO_CONFIG_S_NEEDS_RESET = 64;
export const VIRTIO_CONFIG_S_FAILED = 128;

interface Transition {
  /** The bit a driver may add. */
  readonly bit: number;
  /** What must be set before it. */
  readonly after: number;
}

// In the order of virtio 1.2, 3.1.1. A driver may add several bits with one write, as SeaBIOS does with the first two.
const TRANSITIONS: readonly Transition[] = [
  { bit: VIRTIO_CONFIG_S_ACKNOWLEDGE, after: 0 },
  { bit: VIRTIO_CONFIG_S_DRIVER, after: VIRTIO_CONFIG_S_ACKNOWLEDGE },
  { bit: VIRTIO_CONFIG_S_FEATURES_OK, after: VIRTIO_CONFIG_S_DRIVER },
  { bit: VIRTIO_CONFIG_S_DRIVER_OK, after: VIRTIO_CONFIG_S_FEATURES_OK },
  { bit: VIRTIO_CONFIG_S_FAILED, after: 0 },
];

/**
 * The status after a driver wrote a non-zero value. Bits are only ever added (virtio 1.2, 2.1.1: a driver MUST NOT
 * clear one), each after the bit it builds on; FEATURES_OK only if `areFeaturesAccepted`; a broken device takes
 * nothing but FAILED. Bits that do not exist are dropped.
 */
export function nextStatus(old: number, written: number, areFeaturesAccepted: boolean): number {
  const isBroken = (old & VIRTIO_CONFIG_S_NEEDS_RESET) !== 0;
  let status = old;
  for (const { bit, after } of TRANSITIONS) {
    if ((written & bit) === 0 || (status & after) !== after) continue;
    if (isBroken && bit !== VIRTIO_CONFIG_S_FAILED) continue;
    // virtio 1.2, 2.2.2: the device MUST NOT set FEATURES_OK for a subset it does not support.
    if (bit === VIRTIO_CONFIG_S_FEATURES_OK && !areFeaturesAccepted) continue;
    status |= bit;
  }
  return status;
}
