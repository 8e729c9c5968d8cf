// Where the mappings of a store run lie: few distinct places, at the edges that a store can get wrong, so that ranges
// meet often.

import type { Random } from '../../differential/random.ts';
import { MAX_ADDRESS } from '../../../src/memory/address.ts';

/** Inclusive, start <= end. */
export interface PlainRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Picks a range. */
export type Layout = (random: Random) => PlainRange;

export const PAGE = 4096n;
const KIB_256 = 1n << 18n;
const MIB_32 = 1n << 25n;
const GIB_4 = 1n << 32n;

/** Middles of the windows that layouts use: where pages, tables of pages, halves and the space end. */
export const BOUNDARIES: readonly bigint[] = [
  0n,
  KIB_256,
  5n * KIB_256,
  MIB_32,
  3n * MIB_32,
  GIB_4,
  GIB_4 + MIB_32,
  5n * GIB_4,
  5n * GIB_4 - MIB_32,
  1n << 48n,
  1n << 63n,
];

/** `bytes` from an address on, which wraps at 2^64; cut where the space ends. */
function rangeAt(address: bigint, bytes: bigint): PlainRange {
  const start = BigInt.asUintN(64, address);
  const end = start + bytes - 1n;
  return { start, end: end > MAX_ADDRESS ? MAX_ADDRESS : end };
}

/** Single pages in a window of `count` pages around the boundary. */
export function densePages(boundary: bigint, count: number): Layout {
  const first = boundary - BigInt(count >>> 1) * PAGE;
  return (random) => rangeAt(first + BigInt(random.between(0, count - 1)) * PAGE, PAGE);
}

/** The same pages one after another, `stride` pages apart and around again, as a driver's allocator gives them out. */
export function pagesInTurn(boundary: bigint, count: number, stride: number): Layout {
  const first = boundary - BigInt(count >>> 1) * PAGE;
  let page = 0;
  return () => {
    page = (page + stride) % count;
    return rangeAt(first + BigInt(page) * PAGE, PAGE);
  };
}

/** Up to three pages in each of `count` places, `stride` bytes apart: over many spans of 4 GiB. */
export function scatteredPages(boundary: bigint, count: number, stride: bigint): Layout {
  return (random) => {
    const place = boundary + BigInt(random.between(0, count - 1)) * stride;
    return rangeAt(place, BigInt(random.between(1, 3)) * PAGE);
  };
}

/** 1 to 80 pages: what a table of 64 pages holds, and more. */
export function pageRuns(boundary: bigint): Layout {
  return (random) => {
    const place = boundary + BigInt(random.between(-200, 200)) * PAGE;
    const pages = random.chance(0.3) ? random.pick([1, 2, 63, 64, 65]) : random.between(1, 80);
    return rangeAt(place, BigInt(pages) * PAGE);
  };
}

/** Runs of pages whose ends miss those of pages by a byte. */
export function offByOne(boundary: bigint): Layout {
  return (random) => {
    const place = boundary + BigInt(random.between(-40, 40)) * PAGE;
    const bytes = BigInt(random.between(1, 4)) * PAGE + BigInt(random.between(-1, 1));
    return rangeAt(place + BigInt(random.between(-1, 1)), bytes);
  };
}

/** A few bytes, at any byte. */
export function fewBytes(boundary: bigint): Layout {
  return (random) =>
    rangeAt(boundary + BigInt(random.between(-200, 200)), BigInt(random.between(1, 40)));
}

/** 4 KiB to 4 TiB, at multiples of 1 GiB or a little off. */
export function hugeRanges(boundary: bigint): Layout {
  return (random) => {
    const place = boundary + (BigInt(random.between(-64, 64)) << 30n);
    const bytes = 1n << BigInt(random.between(12, 42));
    const isOff = random.chance(0.2);
    return isOff ? rangeAt(place + 1n, bytes - 1n) : rangeAt(place, bytes);
  };
}

/** The whole space, or one side of the boundary. */
export function sides(boundary: bigint): Layout {
  return (random) => {
    const isBelow = random.chance(0.5) && boundary > 0n;
    if (random.chance(0.3)) return { start: 0n, end: MAX_ADDRESS };
    return isBelow ? { start: 0n, end: boundary - 1n } : { start: boundary, end: MAX_ADDRESS };
  };
}
