// Bytes that the device gives out, put together by hand: PROBE's properties, fault reports, configuration space.

import {
  CONFIG_SIZE,
  FAULT_SIZE,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_PROBE,
} from './naive-numbers.ts';
import { listOf, type NaiveRegion } from './naive-regions.ts';
import type { NaiveConfig } from './naive-state.ts';

/** `size` bytes of a number, lowest first. */
function bytesOf(value: bigint | number, size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) =>
    Number((BigInt(value) >> BigInt(8 * index)) & 0xffn),
  );
}

const SUBTYPE = { reserved: 0, msi: 1, identity: 2 } as const;

/** The RESV_MEM properties of an endpoint (virtio 1.2, 5.13.6.8; identity as in the drafts after v0.5). */
export function propertiesOf(regions: readonly NaiveRegion[]): Uint8Array {
  const properties = listOf(regions).map(({ kind, start, end, flags }) => [
    ...bytesOf(1, 2),
    ...bytesOf(kind === 'identity' ? 28 : 20, 2),
    ...bytesOf(SUBTYPE[kind], 1),
    ...bytesOf(0, 3),
    ...bytesOf(start, 8),
    ...bytesOf(end, 8),
    ...(kind === 'identity' ? [...bytesOf(flags, 4), ...bytesOf(0, 4)] : []),
  ]);
  return Uint8Array.from(properties.flat());
}

/** A fault as the driver is told of it (virtio 1.2, 5.13.6.9). */
export interface NaiveFault {
  readonly reason: number;
  readonly flags: number;
  readonly endpoint: number;
  readonly address: bigint;
}

export function faultReport({ reason, flags, endpoint, address }: NaiveFault): Uint8Array {
  const bytes = [
    ...bytesOf(reason, 4),
    ...bytesOf(flags, 4),
    ...bytesOf(endpoint, 4),
    ...bytesOf(0, 4),
    ...bytesOf(address, 8),
  ];
  return Uint8Array.from(bytes.slice(0, FAULT_SIZE));
}

/** Configuration space (virtio 1.2, 5.13.4); a field whose feature is not offered is zero. */
export function configBytes(config: NaiveConfig, isBypass: boolean): Uint8Array {
  const { inputRange, domainRange, offered } = config;
  const only = (feature: bigint, value: bigint | number): bigint | number =>
    (offered & feature) === 0n ? 0 : value;
  const bytes = [
    ...bytesOf(config.pageSizeMask, 8),
    ...bytesOf(only(VIRTIO_IOMMU_F_INPUT_RANGE, inputRange.start), 8),
    ...bytesOf(only(VIRTIO_IOMMU_F_INPUT_RANGE, inputRange.end), 8),
    ...bytesOf(only(VIRTIO_IOMMU_F_DOMAIN_RANGE, domainRange.start), 4),
    ...bytesOf(only(VIRTIO_IOMMU_F_DOMAIN_RANGE, domainRange.end), 4),
    ...bytesOf(only(VIRTIO_IOMMU_F_PROBE, config.probeSize), 4),
    ...bytesOf(isBypass ? 1 : 0, 1),
    ...bytesOf(0, 3),
  ];
  return Uint8Array.from(bytes.slice(0, CONFIG_SIZE));
}
