// The mapping store of production: the engine in WASM linear memory (wasm/assembly), reached by u32 halves.

import {
  BUFFERS_OFFSET,
  ENDPOINT_BLOCKED,
  ENDPOINT_TRANSLATED,
  HEADER_BYPASS,
  INSERT_DONE,
  INSERT_OVERLAP,
  MAX_BUFFERS,
  NO_SET,
  REMOVE_WOULD_SPLIT,
  SEGMENT_SIZE,
  SET_BYTES,
  SET_ENTRIES,
  SET_WINDOWS,
  TRANSLATE_SEGMENTS,
} from '../../../wasm/assembly/layout.ts';
import { assert } from '../../base/assert.ts';
import { highWord, lowWord } from '../../base/words.ts';
import { MAX_ADDRESS, toIova, type AddressRange, type Iova } from '../../memory/address.ts';
import type { InlineLookup } from './inline-lookup.ts';
import type {
  Access,
  Binding,
  DmaCounters,
  InsertOutcome,
  Mapping,
  MappingStore,
  RemoveOutcome,
  TranslationResult,
} from '../store/mapping-store.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import { decodeStoreImage, encodeStoreImage, loadStoreImage } from '../store/store-image.ts';
import { checkStoreLimits, type StoreLimits } from '../store/store-limits.ts';
import { halvesOf, WasmEndpoints, type DomainSets } from './wasm-endpoints.ts';
import type { EngineExports } from './wasm-exports.ts';
import { listSet, listWindows } from './wasm-listing.ts';
import { EngineMemory } from './wasm-memory.ts';
import { findDomains, loadSlice, takeSlice } from './wasm-slice.ts';

const WORD = 4;

/** Lookups cost a few loads, changes O(log n); memory is taken once, for the caps. */
export class WasmStore implements MappingStore {
  readonly result: TranslationResult;
  readonly locate: InlineLookup;
  /** Where the buffers of `translateBatch` go: u32 low, u32 high, u32 length, u32 ignored, for MAX_BUFFERS of them. */
  readonly buffers: Uint32Array;
  readonly #memory: EngineMemory;
  readonly #exports: EngineExports;
  readonly #limits: Required<StoreLimits>;
  readonly #endpoints: WasmEndpoints;
  /** Where slices are tried out before they are believed; made for the first one. */
  readonly #makeSpare: () => EngineMemory;
  #spare: EngineMemory | undefined;
  /** Sets of each domain ID; the only record of which domains exist. */
  readonly #domains = new Map<number, DomainSets>();

  /**
   * `module` is the compiled wasm/build/store.wasm. Throws `RangeError` for caps that can not be kept, `Error` for
   * another module.
   */
  constructor(module: WebAssembly.Module, limits: Partial<StoreLimits> = {}) {
    this.#limits = checkStoreLimits(limits);
    this.#memory = new EngineMemory(module, this.#limits);
    this.#exports = this.#memory.exports;
    this.#endpoints = new WasmEndpoints(this.#memory, this.#limits);
    this.#makeSpare = () => (this.#spare ??= new EngineMemory(module, this.#limits));
    this.result = this.#memory;
    this.locate = this.#memory.locate;
    const first = BUFFERS_OFFSET / WORD;
    this.buffers = this.#memory.words.subarray(first, first + MAX_BUFFERS * (SEGMENT_SIZE / WORD));
  }

  /** Bytes that mappings and windows take in linear memory. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
  }

  /**
   * AUDIT_SOUND, or which rule the engine's memory breaks: an AUDIT_* of layout.ts. Takes time for all that is in use.
   */
  audit(): number {
    return this.#exports.audit();
  }

  createDomain(domain: number): 'created' | 'full' {
    assert(!this.#domains.has(domain), `domain ${domain} is unused`);
    if (this.#domains.size === this.#limits.maxDomains) return 'full';
    const mappings = this.#exports.createDomain(domain);
    assert(mappings !== NO_SET, 'there are sets for all domains');
    const windows = this.#memory.word(this.#memory.addressOfSet(mappings) + SET_WINDOWS);
    this.#domains.set(domain, { mappings, windows, isOpen: true });
    return 'created';
  }

  destroyDomain(domain: number): void {
    this.#exports.destroyDomain(this.#setsOf(domain).mappings);
    this.#domains.delete(domain);
  }

  insert(domain: number, { virtStart, virtEnd, physStart, flags }: Mapping): InsertOutcome {
    const outcome = this.#exports.insert(
      this.#setsOf(domain).mappings,
      highWord(virtStart),
      lowWord(virtStart),
      highWord(virtEnd),
      lowWord(virtEnd),
      highWord(physStart),
      lowWord(physStart),
      flags,
    );
    if (outcome === INSERT_DONE) return 'inserted';
    return outcome === INSERT_OVERLAP ? 'overlap' : 'full';
  }

  remove(domain: number, { start, end }: AddressRange<Iova>): RemoveOutcome {
    const removed = this.#exports.remove(
      this.#setsOf(domain).mappings,
      highWord(start),
      lowWord(start),
      highWord(end),
      lowWord(end),
    );
    return removed === REMOVE_WOULD_SPLIT ? 'would-split' : removed;
  }

  overlaps(domain: number, range: AddressRange<Iova>): boolean {
    return this.#exports.overlaps(this.#setsOf(domain).mappings, ...halvesOf(range)) === 1;
  }

  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    const record = this.#memory.addressOfSet(this.#setsOf(domain).mappings);
    const mappings = this.#memory.word(record + SET_ENTRIES);
    const bytes = this.#memory.pair(record + SET_BYTES);
    // The record counts modulo 2^64: mappings without bytes cover the whole space
    return { mappings, bytes: bytes === 0n && mappings > 0 ? MAX_ADDRESS + 1n : bytes };
  }

  list(domain: number, from: Iova, limit: number): readonly Mapping[] {
    return listSet(this.#memory, this.#setsOf(domain).mappings, from, limit);
  }

  addEndpoint(windows: EndpointWindows): number {
    return this.#endpoints.add(windows);
  }

  bind(endpoint: number, binding: Binding): void {
    const sets = typeof binding === 'number' ? this.#setsOf(binding) : undefined;
    this.#endpoints.bind(endpoint, binding, sets);
  }

  setWindows(domain: number, windows: readonly RegionWindow[]): void {
    const sets = this.#setsOf(domain);
    this.#endpoints.fill(sets.windows, windows);
    const isOpen = this.#isOpen(domain, windows);
    if (isOpen === sets.isOpen) return;
    sets.isOpen = isOpen;
    this.#endpoints.rebind(domain, sets);
  }

  setUnattachedBypass(isBypass: boolean): void {
    this.#memory.words[HEADER_BYPASS / WORD] = isBypass ? 1 : 0;
  }

  translate(endpoint: number, high: number, low: number, length: number, access: Access): number {
    const answer = this.#exports.translate(endpoint, high, low, length, access);
    if (answer >= 0) return this.#memory.keepPage(answer, low, length);
    return answer < TRANSLATE_SEGMENTS ? TRANSLATE_SEGMENTS - answer : answer;
  }

  resume(endpoint: number, high: number, low: number, length: number, access: Access): number {
    return this.#exports.resume(endpoint, high, low, length, access);
  }

  /**
   * Translates `count` of the `buffers` from number `first` on in one call, each like an access of its own. Returns the
   * number of all segments, in order; or a negative number when one of them is anything but plain memory: then nothing
   * was counted, and each has to be translated by itself.
   */
  translateBatch(endpoint: number, first: number, count: number, access: Access): number {
    return this.#exports.translateBatch(endpoint, first, count, access);
  }

  settle(endpoint: number, isTranslated: boolean, length: number): void {
    const counter = isTranslated ? ENDPOINT_TRANSLATED : ENDPOINT_BLOCKED;
    this.#exports.account(endpoint, counter, length);
  }

  counters(endpoint: number): DmaCounters {
    return this.#memory.counters(endpoint);
  }

  setCounters(endpoint: number, counters: DmaCounters): void {
    this.#memory.setCounters(endpoint, counters);
  }

  save(): Uint8Array {
    return encodeStoreImage(
      [...this.#domains.keys()].map((domain) => ({
        domain,
        mappings: this.list(domain, toIova(0n), this.size(domain).mappings),
      })),
    );
  }

  restore(state: Uint8Array): void {
    const images = decodeStoreImage(state);
    for (const domain of this.#domains.keys()) this.destroyDomain(domain);
    loadStoreImage(this, images);
  }

  /**
   * Everything at this moment as one slice of memory: domains, mappings, windows, bindings and counters. Much faster
   * than `save`, for going back within one process; what is kept for longer goes by `save`, which knows no version and
   * no caps.
   */
  saveSlice(): Uint8Array {
    return takeSlice(this.#memory);
  }

  /**
   * Goes back to a slice of this store, or of one with the same caps and endpoints. Throws `Error`, with nothing
   * changed, for any other bytes. The first call takes memory for a second engine, which audits the slice.
   */
  restoreSlice(slice: Uint8Array): void {
    const spare = this.#makeSpare();
    loadSlice(slice, spare, this.#memory);
    const domains = findDomains(spare, this.#limits.maxDomains);
    this.#endpoints.checkSame(spare, domains);
    this.#memory.bytes.set(slice);
    this.#domains.clear();
    for (const [domain, sets] of domains) this.#domains.set(domain, { ...sets, isOpen: false });
    for (const [domain, sets] of this.#domains) {
      sets.isOpen = this.#isOpen(domain, listWindows(this.#memory, sets.windows));
    }
    this.#endpoints.readBindings(this.#domains);
  }

  /** Whether no mapping lies, or may come to lie, under these windows of a domain. */
  #isOpen(domain: number, windows: readonly RegionWindow[]): boolean {
    // A mapping may have come where an identity region was that has gone since
    return windows.every((each) => each.flags === 0 && !this.overlaps(domain, each));
  }

  #setsOf(domain: number): DomainSets {
    const sets = this.#domains.get(domain);
    assert(sets !== undefined, `domain ${domain} exists`);
    return sets;
  }
}
