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
export type RemoveOutcome = 'removed' | 'would-split';

/** Access rights as VIRTIO_IOMMU_MAP_F_* and VIRTIO_IOMMU_FAULT_F_* spell them. */
export const ACCESS_READ = 1;
export const ACCESS_WRITE = 2;
export type Access = typeof ACCESS_READ | typeof ACCESS_WRITE;

/** What `translate` returned when it is not a number of segments. */
export const TRANSLATE_FAULT = -1;
/** More pieces than `MAX_SEGMENTS`; the caller splits its buffer at `segments.faultHigh/faultLow`. */
export const TRANSLATE_TOO_MANY = -2;

/** Where a store leaves the answer of the latest `translate`; overwritten by the next call. */
export interface TranslationResult {
  /** Halves of the guest-physical address and length in bytes of segment `index`. */
  high(index: number): number;
  low(index: number): number;
  length(index: number): number;
  /** The first byte that may not be accessed, after TRANSLATE_FAULT. */
  readonly faultHigh: number;
  readonly faultLow: number;
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
  /** Mappings in IOVA order from `from` on, at most `limit`. */
  list(domain: number, from: Iova, limit: number): readonly Mapping[];
  /**
   * Translates `length` bytes (1..2^31) from IOVA (high, low) for an access in one domain. Returns the number of
   * segments, left in `result`, or a TRANSLATE_* code. Spans adjacent mappings, checks each piece's rights, merges
   * pieces whose guest-physical addresses are contiguous.
   */
  translate(domain: number, high: number, low: number, length: number, access: Access): number;
  readonly result: TranslationResult;
  /** Everything in one plain block of bytes, and back; for the machine's snapshot. */
  save(): Uint8Array;
  restore(state: Uint8Array): void;
}
