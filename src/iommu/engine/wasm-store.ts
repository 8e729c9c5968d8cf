// The mapping store of production: the engine in WASM linear memory (wasm/assembly), reached by u32 halves.

import {
  ENDPOINT_BLOCKED,
  ENDPOINT_TRANSLATED,
  HEADER_BYPASS,
  INSERT_DONE,
  INSERT_OVERLAP,
  NO_SET,
  REMOVE_WOULD_SPLIT,
  SET_BYTES,
  SET_ENTRIES,
  SET_WINDOWS,
  TRANSLATE_SEGMENTS,
} from '../../../wasm/assembly/layout.ts';
import { assert } from '../../base/assert.ts';
import { MAX_ADDRESS, toIova, type AddressRange, type Iova } from '../../memory/address.ts';
import { toRangeWords, type RangeWords } from '../../memory/range-words.ts';
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
import { toMappingWords, type MappingWords } from '../store/mapping.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import { decodeStoreImage, encodeStoreImage, loadStoreImage } from '../store/store-image.ts';
import { checkStoreLimits, type StoreLimits } from '../store/store-limits.ts';
import { halvesOf, isOpenUnder, WasmEndpoints, type DomainSets } from './wasm-endpoints.ts';
import type { EngineExports } from './wasm-exports.ts';
import { listSet } from './wasm-listing.ts';
import { EngineMemory } from './wasm-memory.ts';

const WORD = 4;

/** What a store is made of: the engine, and what is known of it here. For slices; nobody else may change any of it. */
export interface EngineParts {
  readonly module: WebAssembly.Module;
  readonly limits: Required<StoreLimits>;
  readonly memory: EngineMemory;
  readonly endpoints: WasmEndpoints;
  readonly domains: Map<number, DomainSets>;
}

/** Lookups cost a few loads, changes O(log n); memory is taken once, for the caps. */
export class WasmStore implements MappingStore {
  readonly result: TranslationResult;
  readonly locate: InlineLookup;
  readonly parts: EngineParts;
  readonly #memory: EngineMemory;
  readonly #exports: EngineExports;
  readonly #limits: Required<StoreLimits>;
  readonly #endpoints: WasmEndpoints;
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
    this.result = this.#memory;
    this.locate = this.#memory.locate;
    this.parts = {
      module,
      limits: this.#limits,
      memory: this.#memory,
      endpoints: this.#endpoints,
      domains: this.#domains,
    };
  }

  /** Bytes that mappings and windows take in linear memory. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
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

  insertWords(domain: number, mapping: MappingWords): InsertOutcome {
    const outcome = this.#exports.insert(
      this.#setsOf(domain).mappings,
      mapping.startHigh,
      mapping.startLow,
      mapping.endHigh,
      mapping.endLow,
      mapping.physHigh,
      mapping.physLow,
      mapping.flags,
    );
    if (outcome === INSERT_DONE) return 'inserted';
    return outcome === INSERT_OVERLAP ? 'overlap' : 'full';
  }

  insert(domain: number, mapping: Mapping): InsertOutcome {
    return this.insertWords(domain, toMappingWords(mapping));
  }

  removeWords(domain: number, range: RangeWords): RemoveOutcome {
    const { startHigh, startLow, endHigh, endLow } = range;
    const { mappings } = this.#setsOf(domain);
    const removed = this.#exports.remove(mappings, startHigh, startLow, endHigh, endLow);
    return removed === REMOVE_WOULD_SPLIT ? 'would-split' : removed;
  }

  remove(domain: number, range: AddressRange<Iova>): RemoveOutcome {
    return this.removeWords(domain, toRangeWords(range));
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
    const isOpen = isOpenUnder(this.#exports, sets, windows);
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

  #setsOf(domain: number): DomainSets {
    const sets = this.#domains.get(domain);
    // No text of its own: it would be made for every request
    assert(sets !== undefined, 'the domain exists');
    return sets;
  }
}
