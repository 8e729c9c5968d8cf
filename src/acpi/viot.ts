// Virtual I/O Translation table (ACPI 6.5, 5.2): which endpoints are behind which para-virtual IOMMU.
//
//   0                36           38            40         48
//   | common header | node count | node offset | reserved | node, node, ... |
//
// Each node begins with   0 type u8 | 1 reserved u8 | 2 length u16.

import { assert } from '../base/assert.ts';
import type { MmioEndpoint, PciRange } from './iommu-description.ts';
import { concatBytes, Structure } from './structure.ts';
import { buildTable, TABLE_HEADER_SIZE, type TableIdentity } from './table.ts';

// QEMU and crosvm write revision 0, and so did the table's first description; Linux does not look at it.
const REVISION = 0;

const BODY_NODE_COUNT = 0;
const BODY_NODE_OFFSET = 2;
const BODY_SIZE = 12;
const FIRST_NODE = TABLE_HEADER_SIZE + BODY_SIZE;

const NODE_TYPE = 0;
const NODE_LENGTH = 2;

const PCI_RANGE = {
  type: 1,
  size: 24,
  endpointStart: 4,
  segmentStart: 8,
  segmentEnd: 10,
  bdfStart: 12,
  bdfEnd: 14,
  outputNode: 16,
};
const MMIO_ENDPOINT = { type: 2, size: 24, endpoint: 4, baseAddress: 8, outputNode: 16 };
const PCI_IOMMU = { type: 3, size: 16, segment: 4, bdf: 6 };
const MMIO_IOMMU = { type: 4, size: 16, baseAddress: 8 };

class TranslationHandle {
  readonly #table: ViotBuilder;
  readonly #offset: number;

  constructor(table: ViotBuilder, offset: number) {
    this.#table = table;
    this.#offset = offset;
  }

  /** The IOMMU node's byte offset from the start of the table. */
  offsetIn(table: ViotBuilder): number {
    assert(this.#table === table, 'an endpoint names an IOMMU of its own table');
    return this.#offset;
  }
}

/** An IOMMU node that endpoint nodes may name as theirs; only {@link ViotBuilder} makes one. */
export type { TranslationHandle };

/** Collects nodes. An endpoint needs the handle of an IOMMU added before, so no output node can dangle. */
export class ViotBuilder {
  readonly #nodes: Uint8Array[] = [];
  readonly #pciRanges: PciRange[] = [];
  readonly #mmioBases = new Set<number>();
  #end = FIRST_NODE;

  /** `baseAddress`: guest-physical start of the register window, which the DSDT's device must own in its _CRS. */
  addMmioIommu(baseAddress: number): TranslationHandle {
    this.#claimBase(baseAddress);
    const node = this.#node(MMIO_IOMMU);
    node.u64(MMIO_IOMMU.baseAddress, baseAddress);
    return this.#add(node);
  }

  addPciIommu(segment: number, bdf: number): TranslationHandle {
    const node = this.#node(PCI_IOMMU);
    node.u16(PCI_IOMMU.segment, segment);
    node.u16(PCI_IOMMU.bdf, bdf);
    return this.#add(node);
  }

  /** Ranges of one table do not overlap: Linux takes the first that matches. */
  addPciRange(iommu: TranslationHandle, range: PciRange): void {
    assert(range.bdfStart <= range.bdfEnd, 'a PCI range does not end before its start');
    assert(range.segmentStart <= range.segmentEnd, 'a segment range does not end before its start');
    assert(!this.#pciRanges.some((other) => overlaps(range, other)), 'PCI ranges do not overlap');
    this.#pciRanges.push(range);
    const node = this.#node(PCI_RANGE);
    node.u32(PCI_RANGE.endpointStart, range.endpointStart);
    node.u16(PCI_RANGE.segmentStart, range.segmentStart);
    node.u16(PCI_RANGE.segmentEnd, range.segmentEnd);
    node.u16(PCI_RANGE.bdfStart, range.bdfStart);
    node.u16(PCI_RANGE.bdfEnd, range.bdfEnd);
    node.u16(PCI_RANGE.outputNode, iommu.offsetIn(this));
    this.#add(node);
  }

  /** No two nodes share a base address; an IOMMU does not translate for itself. */
  addMmioEndpoint(iommu: TranslationHandle, endpoint: MmioEndpoint): void {
    this.#claimBase(endpoint.baseAddress);
    const node = this.#node(MMIO_ENDPOINT);
    node.u32(MMIO_ENDPOINT.endpoint, endpoint.endpoint);
    node.u64(MMIO_ENDPOINT.baseAddress, endpoint.baseAddress);
    node.u16(MMIO_ENDPOINT.outputNode, iommu.offsetIn(this));
    this.#add(node);
  }

  /** The table of all nodes added so far. */
  build(identity: TableIdentity): Uint8Array {
    const body = new Structure(BODY_SIZE);
    body.u16(BODY_NODE_COUNT, this.#nodes.length);
    body.u16(BODY_NODE_OFFSET, FIRST_NODE);
    return buildTable('VIOT', REVISION, identity, concatBytes([body.bytes, ...this.#nodes]));
  }

  #claimBase(baseAddress: number): void {
    assert(!this.#mmioBases.has(baseAddress), 'no two nodes have the same base address');
    this.#mmioBases.add(baseAddress);
  }

  #node(layout: { readonly type: number; readonly size: number }): Structure {
    const node = new Structure(layout.size);
    node.u8(NODE_TYPE, layout.type);
    node.u16(NODE_LENGTH, layout.size);
    return node;
  }

  #add(node: Structure): TranslationHandle {
    const handle = new TranslationHandle(this, this.#end);
    this.#nodes.push(node.bytes);
    this.#end += node.bytes.length;
    return handle;
  }
}

function overlaps(a: PciRange, b: PciRange): boolean {
  const segments = a.segmentStart <= b.segmentEnd && b.segmentStart <= a.segmentEnd;
  return segments && a.bdfStart <= b.bdfEnd && b.bdfStart <= a.bdfEnd;
}
