// An access that was stopped, in words and as a range.

import {
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import type { FaultEvent } from '../../iommu/events/iommu-event.ts';
import { MAX_ADDRESS } from '../../memory/address.ts';
import type { Scene } from './scene.ts';
import { hex, sizeInWords } from './words.ts';

export interface StoppedAccess {
  readonly fault: FaultEvent;
  readonly isRead: boolean;
  readonly isWrite: boolean;
  /** First byte that may not be accessed. */
  readonly address: bigint;
  /** First and last byte of the access as the endpoint made it; the end is cut at the last address. */
  readonly start: bigint;
  readonly end: bigint;
  /** Whether it went on behind the last address. */
  readonly isWrapping: boolean;
  /** `virtio-blk tried to write 512 bytes of data at 0x1000`. */
  readonly words: string;
}

export function stoppedAccess({ record, words }: Scene, fault: FaultEvent): StoppedAccess {
  const { address, length, endpoint, flags } = fault;
  const isRead = (flags & VIRTIO_IOMMU_FAULT_F_READ) !== 0;
  const isWrite = (flags & VIRTIO_IOMMU_FAULT_F_WRITE) !== 0;
  const verb = isWrite ? 'write' : isRead ? 'read' : 'access';
  const who = words.endpoint(endpoint);
  const base = { fault, isRead, isWrite, address };
  if (!record.head.facts.accesses) {
    const here = { start: address, end: address, isWrapping: false };
    return { ...base, ...here, words: `${who} tried to ${verb} ${hex(address)}` };
  }
  const { start } = fault;
  const last = start + BigInt(length) - 1n;
  const what = fault.isRing ? 'of its rings' : 'of data';
  return {
    ...base,
    start,
    end: last > MAX_ADDRESS ? MAX_ADDRESS : last,
    isWrapping: last > MAX_ADDRESS,
    words: `${who} tried to ${verb} ${sizeInWords(BigInt(length))} ${what} at ${hex(start)}`,
  };
}
