// The mapping store of production: B+ trees in WASM linear memory (wasm/assembly), reached by u32 halves.

import {
  DOMAIN_BYTES,
  DOMAIN_MAPPINGS,
  DOMAIN_SIZE,
  DOMAINS_OFFSET,
  HEADER_STOP_HIGH,
  HEADER_STOP_LOW,
  INNER_MINIMUM,
  INSERT_DONE,
  INSERT_OVERLAP,
  LEAF_MINIMUM,
  LIST_CAPACITY,
  LIST_ENTRY_WORDS,
  LIST_OFFSET,
  NO_SLOT,
  NODE_SIZE,
  REMOVE_WOULD_SPLIT,
  SEGMENT_WORDS,
  SEGMENTS_OFFSET,
} from '../../wasm/assembly/layout.ts';
import { assert } from '../base/assert.ts';
import { highWord, joinWords, lowWord } from '../base/words.ts';
import { MAX_ADDRESS, toGpa, toIova, type AddressRange, type Iova } from '../memory/address.ts';
import type {
  Access,
  InsertOutcome,
  Mapping,
  MappingStore,
  RemoveOutcome,
  TranslationResult,
} from './mapping-store.ts';
import { decodeStoreImage, encodeStoreImage, loadStoreImage } from './store-image.ts';
import { checkStoreLimits, DEFAULT_STORE_LIMITS, type StoreLimits } from './store-limits.ts';
import { instantiateStore, type StoreExports } from './wasm-exports.ts';

const WASM_PAGE = 65_536;
const WORD = 4;

/** Reads segments straight out of linear memory, which never grows and so never moves. */
class WasmResult implements TranslationResult {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  high(index: number): number {
    return this.#words[SEGMENTS_OFFSET / WORD + index * SEGMENT_WORDS + 1] ?? 0;
  }

  low(index: number): number {
    return this.#words[SEGMENTS_OFFSET / WORD + index * SEGMENT_WORDS] ?? 0;
  }

  length(index: number): number {
    return this.#words[SEGMENTS_OFFSET / WORD + index * SEGMENT_WORDS + 2] ?? 0;
  }

  get stopHigh(): number {
    return this.#words[HEADER_STOP_HIGH / WORD] ?? 0;
  }

  get stopLow(): number {
    return this.#words[HEADER_STOP_LOW / WORD] ?? 0;
  }
}

/** Lookup and change in O(log n); memory is taken once, for the caps. */
export class WasmStore implements MappingStore {
  readonly result: TranslationResult;
  readonly #exports: StoreExports;
  readonly #words: Uint32Array;
  /** Slot of each domain ID; the only record of which domains exist. */
  readonly #slots = new Map<number, number>();

  /**
   * `module` is the compiled wasm/build/store.wasm. Throws `RangeError` for caps that can not be kept, `Error` for
   * another module.
   */
  constructor(module: WebAssembly.Module, limits: StoreLimits = DEFAULT_STORE_LIMITS) {
    const { maxDomains, maxMappings } = checkStoreLimits(limits);
    const firstNode =
      Math.ceil((DOMAINS_OFFSET + maxDomains * DOMAIN_SIZE) / NODE_SIZE) * NODE_SIZE;
    const size = firstNode + countNodes(limits) * NODE_SIZE;
    const pages = Math.ceil(size / WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#exports = instantiateStore(module, memory);
    this.#exports.initialize(maxDomains, maxMappings, firstNode);
    this.#words = new Uint32Array(memory.buffer);
    this.result = new WasmResult(this.#words);
  }

  createDomain(domain: number): 'created' | 'full' {
    assert(!this.#slots.has(domain), `domain ${domain} is unused`);
    const slot = this.#exports.createDomain();
    if (slot === NO_SLOT) return 'full';
    this.#slots.set(domain, slot);
    return 'created';
  }

  destroyDomain(domain: number): void {
    this.#exports.destroyDomain(this.#slot(domain));
    this.#slots.delete(domain);
  }

  insert(domain: number, mapping: Mapping): InsertOutcome {
    const { virtStart, virtEnd, physStart, flags } = mapping;
    const outcome = this.#exports.insert(
      this.#slot(domain),
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
    const slot = this.#slot(domain);
    const removed = this.#exports.remove(
      slot,
      highWord(start),
      lowWord(start),
      highWord(end),
      lowWord(end),
    );
    return removed === REMOVE_WOULD_SPLIT ? 'would-split' : removed;
  }

  overlaps(domain: number, { start, end }: AddressRange<Iova>): boolean {
    const slot = this.#slot(domain);
    const halves = [highWord(start), lowWord(start), highWord(end), lowWord(end)] as const;
    return this.#exports.overlaps(slot, ...halves) === 1;
  }

  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    const record = (DOMAINS_OFFSET + this.#slot(domain) * DOMAIN_SIZE) / WORD;
    const mappings = this.#word(record + DOMAIN_MAPPINGS / WORD);
    const bytes = this.#pair(record + DOMAIN_BYTES / WORD);
    // The record counts modulo 2^64: mappings without bytes cover the whole space
    return { mappings, bytes: bytes === 0n && mappings > 0 ? MAX_ADDRESS + 1n : bytes };
  }

  list(domain: number, from: Iova, limit: number): readonly Mapping[] {
    const mappings: Mapping[] = [];
    let cursor: bigint = from;
    while (mappings.length < limit && cursor <= MAX_ADDRESS) {
      const listed = this.#listFrom(this.#slot(domain), cursor);
      mappings.push(...listed);
      if (listed.length < LIST_CAPACITY) break;
      cursor = (listed.at(-1)?.virtEnd ?? MAX_ADDRESS) + 1n;
    }
    return mappings.slice(0, limit);
  }

  translate(domain: number, high: number, low: number, length: number, access: Access): number {
    return this.#exports.translate(this.#slot(domain), high, low, length, access);
  }

  save(): Uint8Array {
    return encodeStoreImage(
      [...this.#slots.keys()].map((domain) => ({
        domain,
        mappings: this.list(domain, toIova(0n), this.size(domain).mappings),
      })),
    );
  }

  restore(state: Uint8Array): void {
    const images = decodeStoreImage(state);
    for (const domain of this.#slots.keys()) this.destroyDomain(domain);
    loadStoreImage(this, images);
  }

  #listFrom(slot: number, cursor: bigint): readonly Mapping[] {
    const count = this.#exports.list(slot, highWord(cursor), lowWord(cursor));
    return Array.from({ length: count }, (_, index) => {
      const entry = LIST_OFFSET / WORD + index * LIST_ENTRY_WORDS;
      return {
        virtStart: toIova(this.#pair(entry)),
        virtEnd: toIova(this.#pair(entry + 2)),
        physStart: toGpa(this.#pair(entry + 4)),
        flags: this.#word(entry + 6),
      };
    });
  }

  #word(index: number): number {
    const word = this.#words[index];
    assert(word !== undefined, `word ${index} lies in linear memory`);
    return word;
  }

  #pair(index: number): bigint {
    return joinWords(this.#word(index + 1), this.#word(index));
  }

  #slot(domain: number): number {
    const slot = this.#slots.get(domain);
    assert(slot !== undefined, `domain ${domain} exists`);
    return slot;
  }
}

/**
 * Nodes that trees within the caps can have at most. Every leaf but a root holds LEAF_MINIMUM entries or more; every
 * inner node but a root has more than INNER_MINIMUM children, so that there is one for INNER_MINIMUM leaves at most.
 */
function countNodes({ maxDomains, maxMappings }: StoreLimits): number {
  const leaves = Math.ceil(maxMappings / LEAF_MINIMUM) + maxDomains;
  return leaves + Math.ceil(leaves / INNER_MINIMUM) + maxDomains;
}
