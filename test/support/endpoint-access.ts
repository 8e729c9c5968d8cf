// What tests of the IOMMU map, and how they find out what an endpoint may touch.

import { highWord, lowWord } from '../../src/base/words.ts';
import { BusError } from '../../src/memory/address-space.ts';
import type { VirtioIommu } from '../../src/iommu/virtio-iommu.ts';
import type { MapFields } from '../rigs/iommu-requests.ts';

export const READ = 1;
export const WRITE = 2;
export const READ_WRITE = READ | WRITE;
export const PAGE_SIZE = 0x1000n;

/** Fields of a MAP of whole pages. */
export function pages(iova: bigint, gpa: bigint, flags = READ_WRITE, count = 1n): MapFields {
  const virtEnd = iova + count * PAGE_SIZE - 1n;
  return { virtStart: iova, virtEnd, physStart: gpa, flags };
}

/** Whether the endpoint can read that many bytes; when not, the access was stopped as a bus error. */
export function canRead(iommu: VirtioIommu, endpoint: number, iova: bigint, length = 1): boolean {
  return isLetThrough(() =>
    iommu.port(endpoint).read(highWord(iova), lowWord(iova), new Uint8Array(length)),
  );
}

/** Whether the endpoint can write that many bytes, each of them 0x5a. */
export function canWrite(iommu: VirtioIommu, endpoint: number, iova: bigint, length = 1): boolean {
  const bytes = new Uint8Array(length).fill(0x5a);
  return isLetThrough(() => iommu.port(endpoint).write(highWord(iova), lowWord(iova), bytes));
}

function isLetThrough(access: () => void): boolean {
  try {
    access();
    return true;
  } catch (error) {
    if (error instanceof BusError) return false;
    throw error;
  }
}
