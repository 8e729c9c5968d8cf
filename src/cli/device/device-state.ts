// What `{"op":"state"}` answers: the device at one moment, as plain JSON with addresses in hex.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';

/** Of a device, what its state is read from. */
export interface StateSource {
  state(): IommuState;
  mappings(domain: number, from: bigint, limit: number): readonly Mapping[];
}

/** How answers give what can have 64 bits: addresses, and a domain's mapped bytes. All else are numbers. */
export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The state with every mapping of every domain, in order. Takes time in proportion to their number. */
export function describeState(iommu: StateSource): object {
  const { isBypass, endpoints, domains } = iommu.state();
  return {
    bypass: isBypass,
    // Nobody switches bus mastering here
    endpoints: endpoints.map(({ isMaster: _isMaster, ...endpoint }) => ({
      ...endpoint,
      reserved: endpoint.reserved.map(describeRegion),
    })),
    domains: domains.map(({ id, isBypass: bypass, endpoints: ids, mappings, bytes, reserved }) => ({
      id,
      bypass,
      endpoints: ids,
      mappings,
      bytes: hex(bytes),
      reserved: reserved.map(describeRegion),
    })),
    mappings: domains.flatMap(({ id, mappings }) =>
      iommu.mappings(id, 0n, mappings).map(({ virtStart, virtEnd, physStart, flags }) => ({
        domain: id,
        start: hex(virtStart),
        end: hex(virtEnd),
        phys: hex(physStart),
        flags,
      })),
    ),
  };
}

function describeRegion(region: ReservedRegion): object {
  const { kind } = region;
  const range = { kind, start: hex(region.start), end: hex(region.end) };
  if (region.kind !== 'identity') return range;
  const canRead = (region.flags & VIRTIO_IOMMU_MAP_F_READ) !== 0;
  const canWrite = (region.flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0;
  return { ...range, rights: `${canRead ? 'r' : ''}${canWrite ? 'w' : ''}` };
}
