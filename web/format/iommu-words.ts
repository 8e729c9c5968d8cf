// The protocol's numbers in words (virtio 1.2, 5.13.6): status codes, access rights, reasons of faults.

import {
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { FaultEvent } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress } from './address.ts';

/** Rights of a mapping as the letters every tool uses: `RW`, `R`, `W`, `–` for none; `M` marks MMIO. */
export function formatRights(flags: number): string {
  const read = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0 ? 'R' : '';
  const write = (flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0 ? 'W' : '';
  const mmio = (flags & VIRTIO_IOMMU_MAP_F_MMIO) !== 0 ? 'M' : '';
  return `${read}${write}${mmio}` || '–';
}

/** Rights of a mapping in words. */
export function rightsInWords(flags: number): string {
  const canRead = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0;
  const canWrite = (flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0;
  if (canRead && canWrite) return 'the device may read and write';
  if (canRead) return 'the device may only read';
  if (canWrite) return 'the device may only write';
  return 'the device may do nothing';
}

export function isWriteFault(flags: number): boolean {
  return (flags & VIRTIO_IOMMU_FAULT_F_WRITE) !== 0;
}

/** What is needed to say why an access was stopped. */
type FaultCause = Pick<FaultEvent, 'reason' | 'address' | 'mappedFlags'>;

/** Why an access was stopped, in a few words for a title. */
export function faultTitle({ reason, mappedFlags }: Omit<FaultCause, 'address'>): string {
  if (reason === VIRTIO_IOMMU_FAULT_R_DOMAIN) return 'No domain';
  if (reason === VIRTIO_IOMMU_FAULT_R_MAPPING) {
    return mappedFlags === null ? 'No mapping' : 'Not permitted';
  }
  return 'Unknown reason';
}

function purpose(flags: number): string {
  if ((flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0) return 'for writing only';
  return (flags & VIRTIO_IOMMU_MAP_F_READ) === 0 ? 'with no access rights' : 'for reading only';
}

/** Why an access was stopped, as a sentence; names the domain when it is given. */
export function faultReasonSentence(
  { reason, address, mappedFlags }: FaultCause,
  isWrite: boolean,
  domain: number | null,
): string {
  if (reason === VIRTIO_IOMMU_FAULT_R_DOMAIN) {
    return 'The device is attached to no domain, so it may not touch memory at all.';
  }
  if (reason === VIRTIO_IOMMU_FAULT_R_MAPPING) {
    const where = domain === null ? 'its domain' : `domain ${domain}`;
    if (mappedFlags !== null) {
      return `In ${where} ${formatAddress(address)} is mapped ${purpose(mappedFlags)}.`;
    }
    return `No mapping in ${where} allows ${isWrite ? 'writing to' : 'reading from'} this address.`;
  }
  return 'The IOMMU could not say why.';
}

/** What Linux prints for a reported fault (viommu_fault_handler in drivers/iommu/virtio-iommu.c), without the prefix. */
export function dmesgLine(
  fault: Pick<FaultEvent, 'reason' | 'endpoint' | 'address' | 'flags'>,
): string {
  const reason =
    fault.reason === VIRTIO_IOMMU_FAULT_R_DOMAIN
      ? 'domain'
      : fault.reason === VIRTIO_IOMMU_FAULT_R_MAPPING
        ? 'page'
        : 'unknown';
  const access = isWriteFault(fault.flags) ? 'W' : 'R';
  return `${reason} fault from EP ${fault.endpoint} at 0x${fault.address.toString(16)} [${access}]`;
}

/** Bytes as `de ad be ef`. */
export function formatHexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
