import { describe, expect, it } from 'vitest';
import {
  VIRTIO_CONFIG_S_ACKNOWLEDGE as ACK,
  VIRTIO_CONFIG_S_DRIVER as DRIVER,
  VIRTIO_CONFIG_S_DRIVER_OK as DRIVER_OK,
  VIRTIO_CONFIG_S_FAILED as FAILED,
  VIRTIO_CONFIG_S_FEATURES_OK as FEATURES_OK,
  VIRTIO_CONFIG_S_NEEDS_RESET as NEEDS_RESET,
  nextStatus,
} from './device-status.ts';

const READY = ACK | DRIVER | FEATURES_OK;
const RUNNING = READY | DRIVER_OK;
const UNKNOWN_BITS = 0x10 | 0x20 | 0x100;

describe('[B10] nextStatus', () => {
  it.each([
    ['takes ACKNOWLEDGE first', 0, ACK, ACK],
    ['takes the first two bits with one write', 0, ACK | DRIVER, ACK | DRIVER],
    ['refuses DRIVER before ACKNOWLEDGE', 0, DRIVER, 0],
    ['takes FEATURES_OK after DRIVER', ACK | DRIVER, READY, READY],
    ['refuses FEATURES_OK before DRIVER', ACK, ACK | FEATURES_OK, ACK],
    ['takes DRIVER_OK after FEATURES_OK', READY, READY | DRIVER_OK, READY | DRIVER_OK],
    ['refuses DRIVER_OK before FEATURES_OK', ACK | DRIVER, ACK | DRIVER | DRIVER_OK, ACK | DRIVER],
    ['clears no bit', READY | DRIVER_OK, ACK, READY | DRIVER_OK],
    ['[B14] drops bits that do not exist, SUSPEND among them', 0, ACK | UNKNOWN_BITS, ACK],
    ['[B14] ignores SUSPEND of a running device', RUNNING, RUNNING | 0x10, RUNNING],
    ['lets no driver set NEEDS_RESET', READY, READY | NEEDS_RESET, READY],
    ['keeps NEEDS_RESET', READY | NEEDS_RESET, READY, READY | NEEDS_RESET],
    ['starts no broken device', READY | NEEDS_RESET, READY | DRIVER_OK, READY | NEEDS_RESET],
    ['takes FAILED from the start', 0, FAILED, FAILED],
    ['takes FAILED when broken', NEEDS_RESET, FAILED, NEEDS_RESET | FAILED],
  ])('%s', (_outcome, old, written, expected) => {
    expect(nextStatus(old, written, true)).toBe(expected);
  });

  it('[B11] refuses FEATURES_OK and what follows it when the features are not accepted', () => {
    expect(nextStatus(ACK | DRIVER, READY | DRIVER_OK, false)).toBe(ACK | DRIVER);
  });
});
