// The mappings that a benchmark looks up: where they lie in the IOVA space and what they lead to.

import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { Random } from '../differential/random.ts';

export const PAGE_KINDS = ['4k', 'packed', 'mixed'] as const;
/** `4k` and `packed`: one page each. `mixed`: MIXED_SIZES. */
export type PageKind = (typeof PAGE_KINDS)[number];

/** Mappings in ascending order of IOVA, in pages of 4 KiB. Mapping `i` has 2 ** log2Pages[i] of them. */
export interface Layout {
  readonly pages: Uint32Array;
  readonly log2Pages: Uint8Array;
  /** First guest-physical page; below 2 ** PHYS_PAGE_BITS. */
  readonly physPages: Uint32Array;
  /** The first page behind all mappings. */
  readonly endPage: number;
}

/** Guest-physical pages reach up to 4 GiB: more than any guest in a browser has. */
const PHYS_PAGE_BITS = 20;
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
 * `4k`: at random places below 4 GiB. `packed`: without a gap up to 4 GiB, as Linux leaves them when it allocates
 * downwards from there. `mixed`: from 1 MiB upwards, each mapping at a multiple of its size, as Linux aligns them.
 * Physical pages are random. At most 1048576 mappings.
 */
export function createLayout(count: number, kind: PageKind, random: Random): Layout {
  const sizes = Array.from({ length: count }, () =>
    kind === 'mixed' ? random.weighted(MIXED_SIZES) : 0,
  );
  const pages = kind === '4k' ? scatter(count, random) : pack(sizes, kind);
  return {
    pages,
    log2Pages: Uint8Array.from(sizes),
    physPages: Uint32Array.from(sizes, (log2) => alignDown(randomPhysPage(random), 2 ** log2)),
    endPage: (pages.at(-1) ?? 0) + 2 ** (sizes.at(-1) ?? 0),
  };
}

function scatter(count: number, random: Random): Uint32Array {
  return shuffledIndices(PAGES_BELOW_4_GIB, random).slice(0, count).sort();
}

function pack(log2Pages: readonly number[], kind: 'packed' | 'mixed'): Uint32Array {
  let next = kind === 'packed' ? PAGES_BELOW_4_GIB - log2Pages.length : FIRST_PAGE;
  return Uint32Array.from(log2Pages, (log2) => {
    const page = Math.ceil(next / 2 ** log2) * 2 ** log2;
    next = page + 2 ** log2;
    return page;
  });
}

/** The same as requests. */
export function mappingsOf({ pages, log2Pages, physPages }: Layout): readonly Mapping[] {
  return Array.from(pages, (page, index) =>
    mappingOf(page, 2 ** (log2Pages[index] ?? 0), physPages[index] ?? 0),
  );
}

/** What maps `count` pages from `page` on, with both rights. */
function mappingOf(page: number, count: number, physPage: number): Mapping {
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
