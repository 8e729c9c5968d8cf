// The seam to the owner of all mappings and of what becomes of an access: one naive implementation (the oracle), one in
// WASM (production).
//
// What a guest makes happen often has unsigned 32-bit halves: MAP and UNMAP (`insertWords`, `removeWords`), and accesses
// (`translate`: whole buffers in, segments out). All else has bigints.

import type { AddressRange, Iova } from '../../memory/address.ts';
import type { RangeWords } from '../../memory/range-words.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import type { Mapping, MappingWords } from './mapping.ts';

export type { Mapping };

export type InsertOutcome = 'inserted' | 'overlap' | 'full';
/** How many mappings went, or that the range would cut one in two (then none went). */
export type RemoveOutcome = number | 'would-split';

/** Access rights as VIRTIO_IOMMU_MAP_F_* and VIRTIO_IOMMU_FAULT_F_* spell them. */
export const ACCESS_READ = 1;
export const ACCESS_WRITE = 2;
export type Access = typeof ACCESS_READ | typeof ACCESS_WRITE;

/** `translate` stopped at a byte that may not be accessed: `result.stopHigh/stopLow`, for `result.reason`. */
export const TRANSLATE_FAULT = -1;
/**
 * `translate` ran out of room for segments: `result` holds MAX_SEGMENTS of them, for the bytes before
 * `result.stopHigh/stopLow`; `resume` goes on from there, and `settle` counts the access in the end.
 */
export const TRANSLATE_TOO_MANY = -2;
/** `translate` found an interrupt message of the endpoint: no memory is touched, nothing is counted. */
export const TRANSLATE_DOORBELL = -3;
/** Segments one `translate` can answer: 1024, which is 4 MiB of scattered 4 KiB pages. */
export { MAX_SEGMENTS } from '../../../wasm/assembly/layout.ts';
/** Longest buffer of one `translate` in bytes. */
export const MAX_TRANSLATE_LENGTH = 0x8000_0000;

/** Where a store leaves the answer of the latest `translate` or `resume`; overwritten by the next call. */
export interface TranslationResult {
  /** Halves of the guest-physical address and length in bytes of segment `index`. */
  high(index: number): number;
  low(index: number): number;
  length(index: number): number;
  /** The byte that TRANSLATE_FAULT or TRANSLATE_TOO_MANY stopped at; 0 for an access that wraps at 2^64. */
  readonly stopHigh: number;
  readonly stopLow: number;
  /** VIRTIO_IOMMU_FAULT_R_* of TRANSLATE_FAULT. */
  readonly reason: number;
}

/** DMA accesses and bytes of one endpoint by outcome, since machine start. Interrupt messages do not count. */
export interface DmaCounters {
  readonly translated: number;
  readonly bypassed: number;
  readonly blocked: number;
  readonly translatedBytes: number;
  readonly bypassedBytes: number;
  readonly blockedBytes: number;
}

/**
 * Where the accesses of an endpoint go: into a domain with mappings, by its ID; or past all mappings; or nowhere yet.
 */
export type Binding = number | 'bypass' | 'unattached';

/**
 * Owner of mappings, keyed by domain ID (u32), and of the endpoints that use them. Never throws for what a guest asks.
 */
export interface MappingStore {
  /** Creates an empty domain; 'full' when the store's domain cap is reached. The ID must be unused. */
  createDomain(domain: number): 'created' | 'full';
  /** Drops a domain and its mappings in time proportional to their number. No endpoint may be bound to it. */
  destroyDomain(domain: number): void;
  /** Adds a mapping, or changes nothing. */
  insertWords(domain: number, mapping: MappingWords): InsertOutcome;
  insert(domain: number, mapping: Mapping): InsertOutcome;
  /** Removes every mapping inside the range, or nothing at all when one is only partly covered. */
  removeWords(domain: number, range: RangeWords): RemoveOutcome;
  remove(domain: number, range: AddressRange<Iova>): RemoveOutcome;
  /** Whether any mapping touches the range. */
  overlaps(domain: number, range: AddressRange<Iova>): boolean;
  /** Number of mappings and of bytes they cover (a bigint: up to 2^64). */
  size(domain: number): { readonly mappings: number; readonly bytes: bigint };
  /** At most `limit` mappings in IOVA order: the one that contains `from`, and those after it. */
  list(domain: number, from: Iova, limit: number): readonly Mapping[];

  /**
   * Adds an endpoint, unattached, and returns its number, counting from 0. Throws `RangeError` when the store takes no
   * more endpoints or no more windows.
   */
  addEndpoint(windows: EndpointWindows): number;
  /** Changes where an endpoint's accesses go. */
  bind(endpoint: number, binding: Binding): void;
  /**
   * Replaces the windows of a domain: by ascending address, without overlaps, around all own windows of its endpoints.
   * They decide, not the mappings under them. Until they are replaced again, mappings with rights may only be added
   * under such with rights.
   */
  setWindows(domain: number, windows: readonly RegionWindow[]): void;
  /** Whether unattached endpoints are in bypass mode; they are not at first. */
  setUnattachedBypass(isBypass: boolean): void;

  /**
   * Translates `length` bytes (1..MAX_TRANSLATE_LENGTH) from IOVA (high, low) for an access of an endpoint. Returns the
   * number of segments, left in `result`, or a TRANSLATE_* code. Spans adjacent mappings, checks each piece's rights,
   * merges pieces whose guest-physical addresses are contiguous. In bypass mode the IOVA is the guest-physical address.
   */
  translate(endpoint: number, high: number, low: number, length: number, access: Access): number;
  /**
   * A short cut for the usual access: its guest-physical address when it lies in one mapped page, has the right and
   * ends up below 4 GiB, counted like an access; else -1, and `translate` has to be asked. A store may always say -1.
   */
  locate(endpoint: number, high: number, low: number, length: number, access: Access): number;
  /** The rest of an access after TRANSLATE_TOO_MANY: never an interrupt message, and not counted. */
  resume(endpoint: number, high: number, low: number, length: number, access: Access): number;
  /** Counts an access that took more than one call, as translated or blocked in whole. */
  settle(endpoint: number, isTranslated: boolean, length: number): void;
  readonly result: TranslationResult;
  /** The endpoint's counters now: a copy. */
  counters(endpoint: number): DmaCounters;
  setCounters(endpoint: number, counters: DmaCounters): void;

  /** All domains and mappings in one plain block of bytes, the same from every store; for the machine's snapshot. */
  save(): Uint8Array;
  /**
   * Replaces all domains and mappings by what `save` gave; throws `Error` when the block is damaged or does not fit. No
   * endpoint may be bound to a domain.
   */
  restore(state: Uint8Array): void;
}
