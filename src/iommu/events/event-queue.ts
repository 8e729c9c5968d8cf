// The event queue (virtio 1.2, 5.13.6.9): fault reports into buffers that the driver left there.

import type { DeviceContext } from '../../virtio/virtio-device.ts';
import type { Virtqueue } from '../../virtio/virtqueue.ts';
import { VIRTIO_IOMMU_EVENT_VQ } from '../protocol/protocol.ts';

/**
 * Puts a report into the next event buffer; false when it was dropped for want of one.
 *
 * The available ring is looked at now, since Linux (`viommu_fill_evtq`) fills it without a notification. Dropping is
 * one of the two choices of 5.13.6.9; waiting would let a rogue endpoint grow host memory. A buffer too small for a
 * report goes back unwritten: a report SHOULD NOT be split (5.13.6.9.2).
 */
export function reportFault(context: DeviceContext, report: Uint8Array): boolean {
  let isReported = false;
  context.guard(() => {
    const queue = context.queue(VIRTIO_IOMMU_EVENT_VQ);
    if (queue !== undefined) isReported = fillNextBuffer(queue, report);
  });
  return isReported;
}

function fillNextBuffer(queue: Virtqueue, report: Uint8Array): boolean {
  let isReported = false;
  for (let chain = queue.pop(); chain !== undefined; chain = isReported ? undefined : queue.pop()) {
    isReported = chain.writable.length >= report.length;
    if (isReported) chain.writable.write(0, report);
    queue.push(chain, isReported ? report.length : 0);
  }
  queue.flush();
  return isReported;
}
