// The form in which every mapping store saves itself, so that a snapshot does not depend on the store.
//
//   image    u32 magic | u32 domains | domain...
//   domain   u32 id    | u32 mappings | mapping...
//   mapping  u64 virtStart | u64 virtEnd | u64 physStart | u32 flags      (28 bytes, little-endian)

import { MAX_ADDRESS, toGpa, toIova } from '../../memory/address.ts';
import type { Mapping, MappingStore } from './mapping-store.ts';
import {
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../protocol/protocol.ts';

const IMAGE_MAGIC = 0x314d_4956; // "VIM1"
const PAIR_SIZE = 8;
const MAPPING_SIZE = 28;
const VIRT_END = 8;
const PHYS_START = 16;
const FLAGS = 24;
/** Read, write, memory-mapped I/O. */
const MAPPING_FLAGS = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE | VIRTIO_IOMMU_MAP_F_MMIO;

/** One domain with all its mappings in IOVA order. */
export interface DomainImage {
  readonly domain: number;
  readonly mappings: readonly Mapping[];
}

/** The bytes of `save`. */
export function encodeStoreImage(domains: readonly DomainImage[]): Uint8Array {
  const mappings = domains.reduce((sum, { mappings }) => sum + mappings.length, 0);
  const bytes = new Uint8Array(PAIR_SIZE * (1 + domains.length) + MAPPING_SIZE * mappings);
  const view = new DataView(bytes.buffer);
  let offset = putPair(view, 0, IMAGE_MAGIC, domains.length);
  for (const { domain, mappings } of domains) {
    offset = putPair(view, offset, domain, mappings.length);
    for (const mapping of mappings) {
      view.setBigUint64(offset, mapping.virtStart, true);
      view.setBigUint64(offset + VIRT_END, mapping.virtEnd, true);
      view.setBigUint64(offset + PHYS_START, mapping.physStart, true);
      view.setUint32(offset + FLAGS, mapping.flags, true);
      offset += MAPPING_SIZE;
    }
  }
  return bytes;
}

/** The domains of a saved store; throws `Error` when the bytes are not an image or are cut short. */
export function decodeStoreImage(bytes: Uint8Array): readonly DomainImage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return decodeDomains(view);
  } catch (cause) {
    throw new Error('the saved mappings are damaged', { cause });
  }
}

/** Fills an empty store; throws `Error` when the image does not fit its caps or contradicts itself. */
export function loadStoreImage(store: MappingStore, images: readonly DomainImage[]): void {
  for (const { domain, mappings } of images) {
    if (store.createDomain(domain) === 'full') throw new Error('the saved domains do not fit');
    for (const mapping of mappings) {
      const outcome = store.insert(domain, mapping);
      if (outcome !== 'inserted') throw new Error(`a saved mapping does not fit: ${outcome}`);
    }
  }
}

function decodeDomains(view: DataView): readonly DomainImage[] {
  if (view.getUint32(0, true) !== IMAGE_MAGIC) throw new Error('wrong magic number');
  const domains: DomainImage[] = [];
  let offset = PAIR_SIZE;
  for (let left = view.getUint32(4, true); left > 0; left -= 1) {
    const domain = view.getUint32(offset, true);
    const count = view.getUint32(offset + 4, true);
    offset += PAIR_SIZE;
    const mappings: Mapping[] = [];
    for (const end = offset + count * MAPPING_SIZE; offset < end; offset += MAPPING_SIZE) {
      mappings.push(decodeMapping(view, offset));
    }
    if (domains.some((each) => each.domain === domain)) throw new Error('a domain twice');
    domains.push({ domain, mappings });
  }
  if (offset !== view.byteLength) throw new Error('bytes behind the last domain');
  return domains;
}

function decodeMapping(view: DataView, offset: number): Mapping {
  const mapping = {
    virtStart: toIova(view.getBigUint64(offset, true)),
    virtEnd: toIova(view.getBigUint64(offset + VIRT_END, true)),
    physStart: toGpa(view.getBigUint64(offset + PHYS_START, true)),
    flags: view.getUint32(offset + FLAGS, true),
  };
  const { virtStart, virtEnd, physStart, flags } = mapping;
  const isSound =
    virtStart <= virtEnd &&
    physStart + (BigInt(virtEnd) - virtStart) <= MAX_ADDRESS &&
    (flags & ~MAPPING_FLAGS) === 0;
  if (!isSound) throw new Error('a mapping that no MAP makes');
  return mapping;
}

function putPair(view: DataView, offset: number, first: number, second: number): number {
  view.setUint32(offset, first, true);
  view.setUint32(offset + 4, second, true);
  return offset + PAIR_SIZE;
}
