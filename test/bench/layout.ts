// The mappings that a benchmark looks up: where they lie in the IOVA space and what they lead to.

import type { Mapping } from '../../src/iommu/mapping-store.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { Random } from '../differential/random.ts';

/** `4k`: one page each. `mixed`: MIXED_SIZES. */
export type PageKind = '4k' | 'mixed';

/** Mappings in ascending order of IOVA, in pages of 4 KiB. Mapping `i` has 2 ** log2Pages[i] of them. */
export interface Layout {
  readonly pages: Uint32Array;
  readonly log2Pages: Uint8Array;
  /** First guest-physical page; below 2 ** PHYS_PAGE_BITS. */
  readonly physPages: Uint32Array;
  /** The first page behind all mappings. */
  readonly endPage: number;
}

/** Guest-physical pages reach up to 64 GiB, so that both halves of an answer count. */
const PHYS_PAGE_BITS = 24;
const PAGES_BELOW_4_GIB = 0x10_0000;
const FIRST_PAGE = 0x100;
const PAGE_SIZE = 4096n;
const READ_WRITE = 3;

/** Of 100 mappings, so many have 2 ** log2 pages: from 4 KiB to 2 MiB, 17 pages on average. */
const MIXED_SIZES: readonly (readonly [of100: number, log2: number])[] = [
  [50, 0],
  [20, 1],
  [12, 2],
  [10, 4],
  [6, 6],
  [2, 9],
];

/**
 * `4k`: pages without a gap up to 4 GiB, as Linux leaves them when it allocates downwards from there. `mixed`: from
 * 1 MiB upwards, each mapping at a multiple of its size, as Linux aligns them. Physical pages are random.
 */
export function createLayout(count: number, kind: PageKind, random: Random): Layout {
  const pages = new Uint32Array(count);
  const log2Pages = new Uint8Array(count);
  const physPages = new Uint32Array(count);
  let next = kind === '4k' ? PAGES_BELOW_4_GIB - count : FIRST_PAGE;
  for (let index = 0; index < count; index++) {
    const log2 = kind === '4k' ? 0 : random.weighted(MIXED_SIZES);
    const size = 2 ** log2;
    next = Math.ceil(next / size) * size;
    pages[index] = next;
    log2Pages[index] = log2;
    physPages[index] = alignDown(randomPhysPage(random), size);
    next += size;
  }
  return { pages, log2Pages, physPages, endPage: next };
}

/** The same as requests. */
export function mappingsOf({ pages, log2Pages, physPages }: Layout): readonly Mapping[] {
  return Array.from(pages, (page, index) =>
    mappingOf(page, 2 ** (log2Pages[index] ?? 0), physPages[index] ?? 0),
  );
}

/** What maps `count` pages from `page` on, with both rights. */
export function mappingOf(page: number, count: number, physPage: number): Mapping {
  const start = BigInt(page) * PAGE_SIZE;
  return {
    virtStart: toIova(start),
    virtEnd: toIova(start + BigInt(count) * PAGE_SIZE - 1n),
    physStart: toGpa(BigInt(physPage) * PAGE_SIZE),
    flags: READ_WRITE,
  };
}

/** A random guest-physical page. */
export function randomPhysPage(random: Random): number {
  return random.u32() >>> (32 - PHYS_PAGE_BITS);
}

function alignDown(page: number, size: number): number {
  return page - (page % size);
}

/** Whole numbers 0 to count - 1 in random order. */
export function shuffledIndices(count: number, random: Random): Uint32Array {
  const indices = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.between(0, last);
    const moved = indices[last] ?? 0;
    indices[last] = indices[other] ?? 0;
    indices[other] = moved;
  }
  return indices;
}
