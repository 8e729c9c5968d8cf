import { describe, expect, it } from 'vitest';
import { VIRTIO_MMIO_QUEUE_NOTIFY, VIRTIO_MMIO_QUEUE_SEL } from '../virtio/mmio-registers.ts';
import { Notifications } from './notifications.ts';
import type { MmioRegisters } from './v86/mmio-block.ts';

const BASE = 0xfd00_1000;
const ENDPOINT = 4097;

describe('Notifications', () => {
  it('tells of a notification before the device hears of it, and passes all on', () => {
    const log: string[] = [];
    const registers: MmioRegisters = {
      read: (offset, width) => offset * 10 + width,
      write: (offset, width, value) => log.push(`write ${offset}/${width} ${value}`),
    };
    const windows = new Map([[BASE, registers]]);
    const notifications = new Notifications();
    notifications.tap(windows, BASE, ENDPOINT);
    notifications.onNotify = (endpoint, queue) => log.push(`notify ${endpoint} ${queue}`);
    const tapped = windows.get(BASE);
    expect(tapped?.read(7, 4)).toBe(74);
    tapped?.write(VIRTIO_MMIO_QUEUE_SEL, 4, 1);
    tapped?.write(VIRTIO_MMIO_QUEUE_NOTIFY, 1, 1);
    // 5 in the upper half, 2 in the lower.
    tapped?.write(VIRTIO_MMIO_QUEUE_NOTIFY, 4, 327_682);
    expect(log).toEqual([
      `write ${VIRTIO_MMIO_QUEUE_SEL}/4 1`,
      `write ${VIRTIO_MMIO_QUEUE_NOTIFY}/1 1`,
      `notify ${ENDPOINT} 2`,
      `write ${VIRTIO_MMIO_QUEUE_NOTIFY}/4 327682`,
    ]);
  });

  it('leaves a machine alone that has no such window', () => {
    const windows = new Map<number, MmioRegisters>();
    new Notifications().tap(windows, BASE, ENDPOINT);
    expect(windows.size).toBe(0);
  });
});
