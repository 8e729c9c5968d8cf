// The structures of the released protocol (virtio 1.2, 5.13.6), field by field. Offsets and sizes are those of `protocol.ts`.

import {
  ATTACH_DOMAIN,
  ATTACH_ENDPOINT,
  ATTACH_FLAGS,
  ATTACH_RESERVED,
  ATTACH_SIZE,
  DETACH_DOMAIN,
  DETACH_ENDPOINT,
  DETACH_RESERVED,
  DETACH_SIZE,
  FAULT_ADDRESS,
  FAULT_ENDPOINT,
  FAULT_FLAGS,
  FAULT_REASON,
  FAULT_RESERVED,
  FAULT_RESERVED1,
  FAULT_SIZE,
  HEAD_RESERVED,
  HEAD_SIZE,
  HEAD_TYPE,
  MAP_DOMAIN,
  MAP_FLAGS,
  MAP_PHYS_START,
  MAP_SIZE,
  MAP_VIRT_END,
  MAP_VIRT_START,
  PROBE_ENDPOINT,
  PROBE_RESERVED,
  PROBE_SIZE,
  PROPERTY_HEADER_SIZE,
  PROPERTY_LENGTH,
  PROPERTY_TYPE,
  RESV_MEM_END,
  RESV_MEM_FLAGS,
  RESV_MEM_IDENTITY_SIZE,
  RESV_MEM_PADDING,
  RESV_MEM_RESERVED,
  RESV_MEM_SIZE,
  RESV_MEM_START,
  RESV_MEM_SUBTYPE,
  TAIL_RESERVED,
  TAIL_SIZE,
  TAIL_STATUS,
  UNMAP_DOMAIN,
  UNMAP_RESERVED,
  UNMAP_SIZE,
  UNMAP_VIRT_END,
  UNMAP_VIRT_START,
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_FAULT_F_ADDRESS,
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_DETACH,
  VIRTIO_IOMMU_T_MAP,
  VIRTIO_IOMMU_T_PROBE,
  VIRTIO_IOMMU_T_UNMAP,
} from '../protocol.ts';
import { layoutOf, type DialectLayouts, type FieldSpec, type Layout } from './layout.ts';

const HEAD: readonly FieldSpec[] = [
  ['type', HEAD_TYPE, 'u8', 'request-type'],
  ['reserved', HEAD_RESERVED, 'bytes', 'reserved'],
];

/** A request: its head, and what its type has behind it. */
export function requestLayout(
  name: string,
  clause: string,
  size: number,
  fields: readonly FieldSpec[],
): Layout {
  return layoutOf(name, clause, size, [...HEAD, ...fields], (_field, offset) =>
    offset < HEAD_SIZE ? 'head' : name,
  );
}

/** A reserved region: the header of its property, its kind, and what a version has behind these. */
export function regionLayout(clause: string, size: number, fields: readonly FieldSpec[]): Layout {
  const specs: readonly FieldSpec[] = [
    ...PROPERTY_HEADER,
    ['subtype', RESV_MEM_SUBTYPE, 'u8', 'region-kind'],
    ['reserved', RESV_MEM_RESERVED, 'bytes', 'reserved'],
    ...fields,
  ];
  return layoutOf('resv_mem', clause, size, specs, (_field, offset) =>
    offset < PROPERTY_HEADER_SIZE ? 'property' : 'resv_mem',
  );
}

const PROPERTY_HEADER: readonly FieldSpec[] = [
  ['type', PROPERTY_TYPE, 'le16', 'property-type'],
  ['length', PROPERTY_LENGTH, 'le16', 'length'],
];

/** The names of a mapping's rights; the drafts have others beside. */
export const MAP_RIGHTS: readonly (readonly [number, string])[] = [
  [VIRTIO_IOMMU_MAP_F_READ, 'READ'],
  [VIRTIO_IOMMU_MAP_F_WRITE, 'WRITE'],
];
const MAP_BITS = new Map([...MAP_RIGHTS, [VIRTIO_IOMMU_MAP_F_MMIO, 'MMIO']]);
const ATTACH_BITS = new Map([[VIRTIO_IOMMU_ATTACH_F_BYPASS, 'BYPASS']]);
/** The names of a fault report's flags. */
export const FAULT_BITS: ReadonlyMap<number, string> = new Map([
  [VIRTIO_IOMMU_FAULT_F_READ, 'READ'],
  [VIRTIO_IOMMU_FAULT_F_WRITE, 'WRITE'],
  [VIRTIO_IOMMU_FAULT_F_ADDRESS, 'ADDRESS'],
]);

const section = (number: string): string => `virtio 1.2, ${number}`;

/** DETACH, MAP, UNMAP and PROBE as the draft v0.9 has them, too, but for the flags of MAP. */
export function laterRequests(
  clauseOf: (number: string) => string,
  mapBits: ReadonlyMap<number, string>,
): readonly (readonly [number, Layout])[] {
  return [
    [
      VIRTIO_IOMMU_T_DETACH,
      requestLayout('detach', clauseOf('5.13.6.4'), DETACH_SIZE, [
        ['domain', DETACH_DOMAIN, 'le32', 'domain'],
        ['endpoint', DETACH_ENDPOINT, 'le32', 'endpoint'],
        ['reserved', DETACH_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    [
      VIRTIO_IOMMU_T_MAP,
      requestLayout('map', clauseOf('5.13.6.5'), MAP_SIZE, [
        ['domain', MAP_DOMAIN, 'le32', 'domain'],
        ['virt_start', MAP_VIRT_START, 'le64', 'iova'],
        ['virt_end', MAP_VIRT_END, 'le64', 'iova'],
        ['phys_start', MAP_PHYS_START, 'le64', 'gpa'],
        ['flags', MAP_FLAGS, 'le32', 'flags', mapBits],
      ]),
    ],
    [
      VIRTIO_IOMMU_T_UNMAP,
      requestLayout('unmap', clauseOf('5.13.6.6'), UNMAP_SIZE, [
        ['domain', UNMAP_DOMAIN, 'le32', 'domain'],
        ['virt_start', UNMAP_VIRT_START, 'le64', 'iova'],
        ['virt_end', UNMAP_VIRT_END, 'le64', 'iova'],
        ['reserved', UNMAP_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    [VIRTIO_IOMMU_T_PROBE, probeLayout(clauseOf('5.13.6.7'), 'endpoint')],
  ];
}

/** PROBE, of which only the name of a field has changed. */
export function probeLayout(clause: string, endpoint: string): Layout {
  return requestLayout('probe', clause, PROBE_SIZE, [
    [endpoint, PROBE_ENDPOINT, 'le32', 'endpoint'],
    ['reserved', PROBE_RESERVED, 'bytes', 'reserved'],
  ]);
}

/** What every version has alike. */
export function commonLayouts(
  clauseOf: (number: string) => string,
): Pick<DialectLayouts, 'head' | 'tail' | 'propertyHeader'> {
  return {
    head: layoutOf('head', clauseOf('5.13.6'), HEAD_SIZE, HEAD),
    tail: layoutOf('tail', clauseOf('5.13.6'), TAIL_SIZE, [
      ['status', TAIL_STATUS, 'u8', 'status'],
      ['reserved', TAIL_RESERVED, 'bytes', 'reserved'],
    ]),
    propertyHeader: layoutOf(
      'property',
      clauseOf('5.13.6.7'),
      PROPERTY_HEADER_SIZE,
      PROPERTY_HEADER,
    ),
  };
}

/** Regions as the draft v0.9 tells of them, too. */
export function laterRegions(clauseOf: (number: string) => string): ReadonlyMap<number, Layout> {
  const clause = clauseOf('5.13.6.8');
  const range: readonly FieldSpec[] = [
    ['start', RESV_MEM_START, 'le64', 'iova'],
    ['end', RESV_MEM_END, 'le64', 'iova'],
  ];
  return new Map([
    [RESV_MEM_SIZE, regionLayout(clause, RESV_MEM_SIZE, range)],
    [
      RESV_MEM_IDENTITY_SIZE,
      regionLayout(clause, RESV_MEM_IDENTITY_SIZE, [
        ...range,
        ['flags', RESV_MEM_FLAGS, 'le32', 'flags', new Map(MAP_RIGHTS)],
        ['padding', RESV_MEM_PADDING, 'bytes', 'reserved'],
      ]),
    ],
  ]);
}

/** The fault report of 24 bytes. */
export function laterFault(clauseOf: (number: string) => string): Layout {
  return layoutOf('fault', clauseOf('5.13.6.9'), FAULT_SIZE, [
    ['reason', FAULT_REASON, 'u8', 'fault-reason'],
    ['reserved', FAULT_RESERVED, 'bytes', 'reserved'],
    ['flags', FAULT_FLAGS, 'le32', 'flags', FAULT_BITS],
    ['endpoint', FAULT_ENDPOINT, 'le32', 'endpoint'],
    ['reserved1', FAULT_RESERVED1, 'bytes', 'reserved'],
    ['address', FAULT_ADDRESS, 'le64', 'iova'],
  ]);
}

export const RELEASED_LAYOUTS: DialectLayouts = {
  dialect: '1.2',
  ...commonLayouts(section),
  requests: new Map([
    [
      VIRTIO_IOMMU_T_ATTACH,
      requestLayout('attach', section('5.13.6.3'), ATTACH_SIZE, [
        ['domain', ATTACH_DOMAIN, 'le32', 'domain'],
        ['endpoint', ATTACH_ENDPOINT, 'le32', 'endpoint'],
        ['flags', ATTACH_FLAGS, 'le32', 'flags', ATTACH_BITS],
        ['reserved', ATTACH_RESERVED, 'bytes', 'reserved'],
      ]),
    ],
    ...laterRequests(section, MAP_BITS),
  ]),
  regions: laterRegions(section),
  fault: laterFault(section),
};
