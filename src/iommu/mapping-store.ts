// The seam to the owner of all mappings: one naive implementation (the oracle), one in WASM (production).
//
// Control path: 64-bit bigint. DMA path (`translate`): unsigned 32-bit halves, whole buffers in, segments out, no BigInt.

import type { AddressRange, Gpa, Iova } from '../memory/address.ts';

/** One MAP request's result: IOVA `virtStart`..`virtEnd` (inclusive) to GPA from `physStart` on. */
export interface Mapping {
  readonly virtStart: Iova;
  readonly virtEnd: Iova;
  readonly physStart: Gpa;
  /** VIRTIO_IOMMU_MAP_F_* bits. */
  readonly flags: number;
}

export type InsertOutcome = 'inserted' | 'overlap' | 'full';
/** How many mappings went, or that the range would cut one in two (then none went). */
export type RemoveOutcome = number | 'would-split';

/** Access rights as VIRTIO_IOMMU_MAP_F_* and VIRTIO_IOMMU_FAULT_F_* spell them. */
export const ACCESS_READ = 1;
export const ACCESS_WRITE = 2;
export type Access = typeof ACCESS_READ | typeof ACCESS_WRITE;

/** `translate` stopped at a byte that may not be accessed: `result.stopHigh/stopLow`. */
export const TRANSLATE_FAULT = -1;
/**
 * `translate` ran out of room for segments: `result` holds MAX_SEGMENTS of them, for the bytes before
 * `result.stopHigh/stopLow`; the rest takes another call from there.
 */
export const TRANSLATE_TOO_MANY = -2;
/** Segments one `translate` can answer: 1024, which is 4 MiB of scattered 4 KiB pages. */
export { MAX_SEGMENTS } from '../../wasm/assembly/layout.ts';
/** Longest buffer of one `translate` in bytes. */
export const MAX_TRANSLATE_LENGTH = 0x8000_0000;

/** Where a store leaves the answer of the latest `translate`; overwritten by the next call. */
export interface TranslationResult {
  /** Halves of the guest-physical address and length in bytes of segment `index`. */
  high(index: number): number;
  low(index: number): number;
  length(index: number): number;
  /** The byte that TRANSLATE_FAULT or TRANSLATE_TOO_MANY stopped at; 0 for an access that wraps at 2^64. */
  readonly stopHigh: number;
  readonly stopLow: number;
}

/** Owner of mappings, keyed by domain ID (u32). Never throws for what a guest asks. */
export interface MappingStore {
  /** Creates an empty domain; 'full' when the store's domain cap is reached. The ID must be unused. */
  createDomain(domain: number): 'created' | 'full';
  /** Drops a domain and its mappings in time proportional to their number. */
  destroyDomain(domain: number): void;
  /** Adds a mapping, or changes nothing. */
  insert(domain: number, mapping: Mapping): InsertOutcome;
  /** Removes every mapping inside the range, or nothing at all when one is only partly covered. */
  remove(domain: number, range: AddressRange<Iova>): RemoveOutcome;
  /** Whether any mapping touches the range. */
  overlaps(domain: number, range: AddressRange<Iova>): boolean;
  /** Number of mappings and of bytes they cover (a bigint: up to 2^64). */
  size(domain: number): { readonly mappings: number; readonly bytes: bigint };
  /** At most `limit` mappings in IOVA order: the one that contains `from`, and those after it. */
  list(domain: number, from: Iova, limit: number): readonly Mapping[];
  /**
   * Translates `length` bytes (1..MAX_TRANSLATE_LENGTH) from IOVA (high, low) for an access in one domain. Returns the number of
   * segments, left in `result`, or a TRANSLATE_* code. Spans adjacent mappings, checks each piece's rights, merges
   * pieces whose guest-physical addresses are contiguous.
   */
  translate(domain: number, high: number, low: number, length: number, access: Access): number;
  readonly result: TranslationResult;
  /** Everything in one plain block of bytes, the same from every store; for the machine's snapshot. */
  save(): Uint8Array;
  /** Replaces everything by what `save` gave; throws `Error` when the block is damaged or does not fit. */
  restore(state: Uint8Array): void;
}
