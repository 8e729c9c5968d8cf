// A driver tells its device that there is work: what an endpoint does by DMA it does because of that.

import { VIRTIO_MMIO_QUEUE_NOTIFY } from '../virtio/mmio-registers.ts';
import type { MmioRegisters } from './v86/mmio-block.ts';

/** With notification data only the lower half is the queue (virtio 1.2, 4.2.2). */
const QUEUE_MASK = 0xffff;

/** The transport takes no narrower write for one. */
const REGISTER_BYTES = 4;

/** The notifications of one board. */
export class Notifications {
  /** Hears of each notification before its device does; the guest is amid the instruction. */
  onNotify: (endpoint: number | null, queue: number) => void = () => undefined;

  /** Listens at the window at `base`, if there is one, that is an endpoint's; null: the IOMMU's own. */
  tap(windows: Map<number, MmioRegisters>, base: number, endpoint: number | null): void {
    const registers = windows.get(base);
    if (registers === undefined) return;
    windows.set(base, {
      read: (offset, width) => registers.read(offset, width),
      write: (offset, width, value) => {
        const isNotification = offset === VIRTIO_MMIO_QUEUE_NOTIFY && width === REGISTER_BYTES;
        if (isNotification) this.onNotify(endpoint, value & QUEUE_MASK);
        registers.write(offset, width, value);
      },
    });
  }
}
