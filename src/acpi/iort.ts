// I/O Remapping Table with the node for para-virtual IOMMUs that virtio-iommu's drafts had before there was a VIOT.
//
// The table is Arm's (DEN 0049D). The node, type 0x80, was never part of it: its PCI variant is as QEMU's virtio-iommu
// series (v9 to v11, 2019) and cloud-hypervisor (2019) wrote it. No published program wrote the MMIO variant, only its
// model number. In the PCI variant `model` and `flags` stand where the table's SMMUv1/v2 node has them, with its `base`
// and `span` before them: so ours has these two there. What follows is zero, as in the PCI variant; the interrupt is
// in the _CRS of the IOMMU's device in the DSDT.
//
//   0                36           40            44         48
//   | common header | node count | node offset | reserved | node, node, ... |
//
// Each node begins with
//
//   0        1        3     4          8               12               16
//   | type u8 | length | rev | reserved | mapping count | mapping offset | fields ... | mapping, mapping, ... |

import { assert } from '../base/assert.ts';
import { concatBytes, Structure } from './structure.ts';
import { buildTable, TABLE_HEADER_SIZE, type TableIdentity } from './table.ts';

const REVISION = 0;

const BODY_NODE_COUNT = 0;
const BODY_NODE_OFFSET = 4;
const BODY_SIZE = 12;
const FIRST_NODE = TABLE_HEADER_SIZE + BODY_SIZE;

const NODE_TYPE = 0;
const NODE_LENGTH = 1;
const NODE_REVISION = 3;
const NODE_MAPPING_COUNT = 8;
const NODE_MAPPING_OFFSET = 12;

const PARAVIRT = {
  type: 0x80,
  revision: 0,
  size: 56,
  /** MMIO variant: the register window. */
  base: 16,
  span: 24,
  /** PCI variant: bus:device.function of the IOMMU; twelve reserved bytes follow. */
  deviceId: 16,
  model: 32,
};
const MODEL_VIRTIO_IOMMU = 0;
const MODEL_VIRTIO_IOMMU_PCI = 1;

// Revision 1 of the node made its last field valid: how many address bits the root complex puts out.
const ROOT_COMPLEX = {
  type: 2,
  revision: 1,
  size: 36,
  memoryAccess: 16,
  segment: 28,
  addressBits: 32,
};
/** `name` has no fixed length: zeros fill it up to where a mapping may begin. */
const NAMED_COMPONENT = { type: 1, revision: 0, memoryAccess: 20, addressBits: 28, name: 29 };

// Memory access properties: u32 cache coherency, u8 hints, u16 reserved, u8 flags
const CACHE_COHERENCY = 0;
const ACCESS_FLAGS = 7;
const IS_COHERENT = 1;
/** Coherent path to memory, and device attributes are cacheable and inner shareable: true of every PC. */
const COHERENT_PATH = 3;
const ALL_ADDRESS_BITS = 64;

const MAPPING = {
  size: 20,
  inputBase: 0,
  /** Number of IDs, minus one. */
  idCount: 4,
  outputBase: 8,
  outputReference: 12,
  flags: 16,
};
const MAPPING_ALIGNMENT = 4;
/** The device has one ID, and `inputBase` says nothing. */
const SINGLE_MAPPING = 1;

/** Consecutive requester IDs of a PCI segment, and the endpoint IDs that their IOMMU knows them by. */
export interface IortMapping {
  readonly iommu: IortIommu;
  readonly bdfStart: number;
  readonly bdfEnd: number;
  readonly endpointStart: number;
}

class IortIommu {
  readonly #table: IortBuilder;
  readonly #offset: number;

  constructor(table: IortBuilder, offset: number) {
    this.#table = table;
    this.#offset = offset;
  }

  /** The IOMMU node's byte offset from the start of the table. */
  offsetIn(table: IortBuilder): number {
    assert(this.#table === table, 'a mapping names an IOMMU of its own table');
    return this.#offset;
  }
}

/** An IOMMU node that mappings may name; only {@link IortBuilder} makes one. */
export type { IortIommu };

/** Collects nodes. A mapping needs the handle of an IOMMU added before, so no output reference can dangle. */
export class IortBuilder {
  readonly #parts: Uint8Array[] = [];
  #count = 0;
  #end = FIRST_NODE;

  /** An IOMMU with a register window: its guest-physical start and its length in bytes. */
  addMmioIommu(base: number, span: number): IortIommu {
    const node = new Structure(PARAVIRT.size);
    node.u64(PARAVIRT.base, base);
    node.u64(PARAVIRT.span, span);
    return this.#addIommu(node, MODEL_VIRTIO_IOMMU);
  }

  /** An IOMMU that is a function on PCI segment 0; the draft has no field for another. */
  addPciIommu(bdf: number): IortIommu {
    const node = new Structure(PARAVIRT.size);
    node.u32(PARAVIRT.deviceId, bdf);
    return this.#addIommu(node, MODEL_VIRTIO_IOMMU_PCI);
  }

  /** The host bridge of a PCI segment; functions without a mapping are behind no IOMMU. */
  addRootComplex(segment: number, mappings: readonly IortMapping[]): void {
    const node = new Structure(ROOT_COMPLEX.size);
    this.#describeAccess(node, ROOT_COMPLEX);
    node.u32(ROOT_COMPLEX.segment, segment);
    this.#add(
      ROOT_COMPLEX,
      node,
      mappings.map((mapping) => this.#mapping(mapping, 0)),
    );
  }

  /** A platform device behind an IOMMU; `path` is its absolute name in the namespace, such as `\_SB.VM01`. */
  addNamedComponent(path: string, iommu: IortIommu, endpoint: number): void {
    const end = NAMED_COMPONENT.name + path.length + 1;
    const size = Math.ceil(end / MAPPING_ALIGNMENT) * MAPPING_ALIGNMENT;
    const node = new Structure(size);
    this.#describeAccess(node, NAMED_COMPONENT);
    node.ascii(NAMED_COMPONENT.name, path, size - NAMED_COMPONENT.name, 0);
    const mapping = { iommu, bdfStart: 0, bdfEnd: 0, endpointStart: endpoint };
    this.#add(NAMED_COMPONENT, node, [this.#mapping(mapping, SINGLE_MAPPING)]);
  }

  /** The table of all nodes added so far. */
  build(identity: TableIdentity): Uint8Array {
    const body = new Structure(BODY_SIZE);
    body.u32(BODY_NODE_COUNT, this.#count);
    body.u32(BODY_NODE_OFFSET, FIRST_NODE);
    return buildTable('IORT', REVISION, identity, concatBytes([body.bytes, ...this.#parts]));
  }

  #addIommu(node: Structure, model: number): IortIommu {
    node.u32(PARAVIRT.model, model);
    const handle = new IortIommu(this, this.#end);
    this.#add(PARAVIRT, node, []);
    return handle;
  }

  #describeAccess(
    node: Structure,
    layout: { readonly memoryAccess: number; readonly addressBits: number },
  ): void {
    node.u32(layout.memoryAccess + CACHE_COHERENCY, IS_COHERENT);
    node.u8(layout.memoryAccess + ACCESS_FLAGS, COHERENT_PATH);
    node.u8(layout.addressBits, ALL_ADDRESS_BITS);
  }

  #mapping({ iommu, bdfStart, bdfEnd, endpointStart }: IortMapping, flags: number): Uint8Array {
    assert(bdfStart <= bdfEnd, 'a mapping does not end before its start');
    const mapping = new Structure(MAPPING.size);
    mapping.u32(MAPPING.inputBase, bdfStart);
    mapping.u32(MAPPING.idCount, bdfEnd - bdfStart);
    mapping.u32(MAPPING.outputBase, endpointStart);
    mapping.u32(MAPPING.outputReference, iommu.offsetIn(this));
    mapping.u32(MAPPING.flags, flags);
    return mapping.bytes;
  }

  #add(
    layout: { readonly type: number; readonly revision: number },
    node: Structure,
    mappings: readonly Uint8Array[],
  ): void {
    const fields = node.bytes.length;
    const length = fields + mappings.length * MAPPING.size;
    node.u8(NODE_TYPE, layout.type);
    node.u16(NODE_LENGTH, length);
    node.u8(NODE_REVISION, layout.revision);
    node.u32(NODE_MAPPING_COUNT, mappings.length);
    node.u32(NODE_MAPPING_OFFSET, fields);
    this.#parts.push(node.bytes, ...mappings);
    this.#count += 1;
    this.#end += length;
  }
}
