// The function that asked for DMA: of a stack that ends in a request to the IOMMU, the innermost one that is none of what every
// driver goes through.

import type { BacktraceFrame } from './backtrace.ts';

/** What stands between a driver and the request to the IOMMU in every stack. */
const PLUMBING =
  /^(?:vm_notify|virtqueue_|vring_|detach_buf|__?viommu_|viommu_|__?iommu_|iommu_|__?dma_|dma_|dmam_)/;

/** "virtblk_add_req"; undefined where no frame that has a name is a driver's. The innermost frame comes first. */
export function driverFunction(frames: readonly BacktraceFrame[]): string | undefined {
  return frames.find(({ name }) => name !== undefined && !PLUMBING.test(name))?.name;
}
