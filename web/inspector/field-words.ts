// The number in a field in words; where it names another thing, as a link to that.

import type { MessageField } from '../../src/iommu/protocol/layouts/message-fields.ts';
import {
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_PROBE_T_NONE,
  VIRTIO_IOMMU_PROBE_T_RESV_MEM,
  VIRTIO_IOMMU_RESV_MEM_T_IDENTITY,
  VIRTIO_IOMMU_RESV_MEM_T_MSI,
  VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../../src/iommu/protocol/protocol.ts';
import { STATUS_NAMES } from '../../src/iommu/protocol/status-names.ts';
import { formatAddress } from '../format/address.ts';
import { formatBytes } from '../format/quantity.ts';
import type { Words } from './inspected.ts';
import { domainLink, endpointLink, iovaLink, pageLink, type Subject } from './subject.ts';

const REQUEST_TYPES: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_T_ATTACH, 'ATTACH'],
  [VIRTIO_IOMMU_T_DETACH, 'DETACH'],
  [VIRTIO_IOMMU_T_MAP, 'MAP'],
  [VIRTIO_IOMMU_T_UNMAP, 'UNMAP'],
  [VIRTIO_IOMMU_T_PROBE, 'PROBE'],
]);
const PROPERTY_TYPES: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_PROBE_T_NONE, 'NONE, the end'],
  [VIRTIO_IOMMU_PROBE_T_RESV_MEM, 'RESV_MEM'],
]);
const REGION_KINDS: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_RESV_MEM_T_RESERVED, 'RESERVED'],
  [VIRTIO_IOMMU_RESV_MEM_T_MSI, 'MSI'],
  [VIRTIO_IOMMU_RESV_MEM_T_IDENTITY, 'IDENTITY'],
]);
const FAULT_REASONS: ReadonlyMap<number, string> = new Map([
  [0, 'UNKNOWN'],
  [VIRTIO_IOMMU_FAULT_R_DOMAIN, 'DOMAIN'],
  [VIRTIO_IOMMU_FAULT_R_MAPPING, 'MAPPING'],
]);

/** Of a number that has a name; `names` has the others. */
function named(names: ReadonlyMap<number, string>, value: bigint): string {
  const name = names.get(Number(value));
  return name === undefined ? `${value}, which has no meaning` : `${value}: ${name}`;
}

/** `0x3: READ and WRITE`; a bit without a name by its number. */
export function flagWords(bits: ReadonlyMap<number, string>, value: bigint): string {
  const names: string[] = [];
  let rest = value;
  for (const [bit, name] of bits) {
    if ((rest & BigInt(bit)) !== 0n) names.push(name);
    rest &= ~BigInt(bit);
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)} without a meaning`);
  return `0x${value.toString(16)}: ${names.length === 0 ? 'none' : names.join(' and ')}`;
}

/** Bytes that nothing is to be read in. */
function reservedWords(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'not kept';
  return bytes.every((byte) => byte === 0) ? 'all zero' : 'not zero';
}

/** `domain`: that of the message, which its IOVAs are of; null where there is none. */
export function fieldWords(
  subject: Subject,
  field: MessageField,
  bytes: Uint8Array,
  domain: number | null,
): Words {
  const { value, meaning, bits, offset, size } = field;
  if (value === null) {
    return [field.type === 'bytes' ? reservedWords(bytes.subarray(offset, offset + size)) : 'cut'];
  }
  switch (meaning) {
    case 'request-type':
      return [named(REQUEST_TYPES, value)];
    case 'property-type':
      return [named(PROPERTY_TYPES, value)];
    case 'region-kind':
      return [named(REGION_KINDS, value)];
    case 'fault-reason':
      return [named(FAULT_REASONS, value)];
    case 'status':
      return [named(STATUS_NAMES, value)];
    case 'flags':
      return [flagWords(bits, value)];
    case 'length':
      return [`${value} (${formatBytes(value)})`];
    case 'domain':
      return [domainLink(Number(value))];
    case 'endpoint':
      return [endpointLink(subject, Number(value))];
    case 'iova':
      return [domain === null ? formatAddress(value) : iovaLink(domain, value)];
    case 'gpa':
      return [pageLink(value)];
    case 'reserved':
      return [`${value}`];
  }
}
