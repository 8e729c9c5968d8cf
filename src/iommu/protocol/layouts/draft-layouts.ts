// The structures of the drafts, field by field. Offsets and sizes are those of `drafts/protocol-*.ts`, and of `protocol.ts`
// where a draft is like the released protocol.

import type { DialectName } from '../dialect.ts';
import {
  ATTACH_DOMAIN as V09_ATTACH_DOMAIN,
  ATTACH_ENDPOINT as V09_ATTACH_ENDPOINT,
  ATTACH_FLAGS as V09_ATTACH_RESERVED,
  ATTACH_SIZE as V09_ATTACH_SIZE,
  FAULT_ENDPOINT,
  FAULT_FLAGS,
  FAULT_REASON,
  FAULT_RESERVED,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../protocol.ts';
import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_ENDPOINT,
  DETACH_RESERVED,
  DETACH_SIZE,
  FAULT_ADDRESS,
  FAULT_SIZE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_ADDR,
  MAP_SIZE,
  MAP_SIZE_FIELD,
  MAP_VIRT_ADDR,
  RESV_MEM_ADDR,
  RESV_MEM_FLAGS,
  RESV_MEM_IDENTITY_SIZE,
  RESV_MEM_SIZE,
  RESV_MEM_SIZE_FIELD,
  RESV_MEM_SIZE_WITH_FLAGS,
  UNMAP_DOMAIN,
  UNMAP_RESERVED,
  UNMAP_SIZE,
  UNMAP_SIZE_FIELD,
  UNMAP_VIRT_ADDR,
  VIRTIO_IOMMU_MAP_F_EXEC,
} from '../drafts/protocol-2017.ts';
import { VIRTIO_IOMMU_MAP_F_MMIO } from '../drafts/protocol-2018.ts';
import { layoutOf, type DialectLayouts, type FieldSpec, type Layout } from './layout.ts';
import {
  commonLayouts,
  FAULT_BITS,
  laterFault,
  laterRegions,
  laterRequests,
  MAP_RIGHTS,
  probeLayout,
  regionLayout,
  requestLayout,
} from './released-layouts.ts';

const sourceOf = (dialect: DialectName) => (): string => `draft ${dialect}`;

const SIZED_MAP_BITS = new Map([...MAP_RIGHTS, [VIRTIO_IOMMU_MAP_F_EXEC, 'EXEC']]);

/** What v0.5 calls domain and endpoint. */
interface Names {
  readonly domain: string;
  readonly endpoint: string;
}

/** Requests of v0.4 and v0.5: an address and a size. */
function sizedRequests(clause: string, { domain, endpoint }: Names): ReadonlyMap<number, Layout> {
  return new Map([
    [
      VIRTIO_IOMMU_T_ATTACH,
      requestLayout('attach', clause, ATTACH_SIZE, [
        [domain, ATTACH_DOMAIN, 'le32', 'domain'],
        [endpoint, ATTACH_ENDPOINT, 'le32', 'endpoint'],
        ['reserved', ATTACH_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    [
      VIRTIO_IOMMU_T_DETACH,
      requestLayout('detach', clause, DETACH_SIZE, [
        [endpoint, DETACH_ENDPOINT, 'le32', 'endpoint'],
        ['reserved', DETACH_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    [
      VIRTIO_IOMMU_T_MAP,
      requestLayout('map', clause, MAP_SIZE, [
        [domain, MAP_DOMAIN, 'le32', 'domain'],
        ['virt_addr', MAP_VIRT_ADDR, 'le64', 'iova'],
        ['phys_addr', MAP_PHYS_ADDR, 'le64', 'gpa'],
        ['size', MAP_SIZE_FIELD, 'le64', 'length'],
        ['flags', MAP_FLAGS, 'le32', 'flags', SIZED_MAP_BITS],
      ]),
    ],
    [
      VIRTIO_IOMMU_T_UNMAP,
      requestLayout('unmap', clause, UNMAP_SIZE, [
        [domain, UNMAP_DOMAIN, 'le32', 'domain'],
        ['virt_addr', UNMAP_VIRT_ADDR, 'le64', 'iova'],
        ['size', UNMAP_SIZE_FIELD, 'le64', 'length'],
        ['reserved', UNMAP_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    [VIRTIO_IOMMU_T_PROBE, probeLayout(clause, endpoint)],
  ]);
}

const SIZED_RANGE: readonly FieldSpec[] = [
  ['addr', RESV_MEM_ADDR, 'le64', 'iova'],
  ['size', RESV_MEM_SIZE_FIELD, 'le64', 'length'],
];
const SIZED_FLAGS: FieldSpec = ['flags', RESV_MEM_FLAGS, 'le32', 'flags', new Map(MAP_RIGHTS)];

function sizedFault(clause: string): Layout {
  return layoutOf('fault', clause, FAULT_SIZE, [
    ['reason', FAULT_REASON, 'u8', 'fault-reason'],
    ['padding', FAULT_RESERVED, 'bytes', 'reserved'],
    ['flags', FAULT_FLAGS, 'le32', 'flags', FAULT_BITS],
    ['endpoint', FAULT_ENDPOINT, 'le32', 'endpoint'],
    ['address', FAULT_ADDRESS, 'le64', 'iova'],
  ]);
}

const V04 = sourceOf('v0.4');
const V05 = sourceOf('v0.5');
const V09 = sourceOf('v0.9');

export const V04_LAYOUTS: DialectLayouts = {
  dialect: 'v0.4',
  ...commonLayouts(V04),
  requests: sizedRequests(V04(), { domain: 'address_space', endpoint: 'device' }),
  regions: new Map([
    [
      RESV_MEM_SIZE_WITH_FLAGS,
      regionLayout(V04(), RESV_MEM_SIZE_WITH_FLAGS, [...SIZED_RANGE, SIZED_FLAGS]),
    ],
  ]),
  fault: undefined,
};

export const V05_LAYOUTS: DialectLayouts = {
  dialect: 'v0.5',
  ...commonLayouts(V05),
  requests: sizedRequests(V05(), { domain: 'domain', endpoint: 'endpoint' }),
  regions: new Map([
    [RESV_MEM_SIZE, regionLayout(V05(), RESV_MEM_SIZE, SIZED_RANGE)],
    [
      RESV_MEM_IDENTITY_SIZE,
      regionLayout(V05(), RESV_MEM_IDENTITY_SIZE, [
        ...SIZED_RANGE,
        SIZED_FLAGS,
        ['padding', RESV_MEM_SIZE_WITH_FLAGS, 'bytes', 'reserved'],
      ]),
    ],
  ]),
  fault: sizedFault(V05()),
};

export const V09_LAYOUTS: DialectLayouts = {
  dialect: 'v0.9',
  ...commonLayouts(V09),
  requests: new Map([
    [
      VIRTIO_IOMMU_T_ATTACH,
      requestLayout('attach', V09(), V09_ATTACH_SIZE, [
        ['domain', V09_ATTACH_DOMAIN, 'le32', 'domain'],
        ['endpoint', V09_ATTACH_ENDPOINT, 'le32', 'endpoint'],
        ['reserved', V09_ATTACH_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    ...laterRequests(
      V09,
      new Map([
        ...MAP_RIGHTS,
        [VIRTIO_IOMMU_MAP_F_EXEC, 'EXEC'],
        [VIRTIO_IOMMU_MAP_F_MMIO, 'MMIO'],
      ]),
    ),
  ]),
  regions: laterRegions(V09),
  fault: laterFault(V09),
};
