// Requests that the device does not understand (virtio 1.2, 5.13.6.2).

import type { DescriptorChain } from '../virtio/virtqueue.ts';
import type { NumberedRequest } from './events/iommu-event.ts';
import { isKnownType } from './protocol/codec.ts';
import { VIRTIO_IOMMU_F_PROBE, VIRTIO_IOMMU_T_PROBE } from './protocol/protocol.ts';

/**
 * Whether a request's type is known to a device whose driver accepted these features. Without PROBE the request is left
 * unwritten, like one of unknown type (virtio 1.2, 5.13.6.7.2).
 */
export function isUnderstood(type: number, features: bigint): boolean {
  if (type === VIRTIO_IOMMU_T_PROBE) return (features & VIRTIO_IOMMU_F_PROBE) !== 0n;
  return isKnownType(type);
}

/** The event of a request that was not understood. */
export function ignored(
  { readable, writable }: DescriptorChain,
  type: number,
  status: number | null,
  sequence: number,
): NumberedRequest {
  const { length: readableBytes } = readable;
  const { length: writableBytes } = writable;
  return { kind: 'ignored', type, status, readableBytes, writableBytes, sequence };
}
