// The engine's linear memory: sized once for the caps, so that no view of it ever moves. What no mapping has used yet
// is address space and not memory: hosts back pages when they are first touched.

import {
  BLOCK_SIZE,
  COUNTER_BYTES,
  ENDPOINT_BLOCKED,
  ENDPOINT_BYPASSED,
  ENDPOINT_SIZE,
  ENDPOINT_TRANSLATED,
  ENDPOINTS_OFFSET,
  HEADER_FIRST_BLOCK,
  HEADER_FREE_BLOCKS,
  HEADER_FRESH_BLOCK,
  HEADER_REASON,
  HEADER_SETS,
  HEADER_STOP_HIGH,
  HEADER_STOP_LOW,
  INNER_MINIMUM,
  LEAF_MINIMUM,
  MAX_HEIGHT,
  PAGE_MASK,
  PAGE_SHIFT,
  SEGMENT_SIZE,
  SEGMENTS_OFFSET,
  SET_SIZE,
} from '../../../wasm/assembly/layout.ts';
import { joinWords } from '../../base/words.ts';
import { makeInlineLookup, type InlineLookup } from './inline-lookup.ts';
import type { DmaCounters, TranslationResult } from '../store/mapping-store.ts';
import type { StoreLimits } from '../store/store-limits.ts';
import { instantiateEngine, type EngineExports } from './wasm-exports.ts';

const WASM_PAGE = 65_536;
const WORD = 4;
const WORD_SPAN = 0x1_0000_0000;
/**
 * Page tables may have 1/64 block for each mapping beyond what they pay for: 4 GiB in any order; and some for few
 * mappings.
 */
const MAPPINGS_PER_SLACK = 64;
const LEAST_SLACK = 256;

/** The engine running on memory for these caps. */
export class EngineMemory implements TranslationResult {
  readonly memory: WebAssembly.Memory;
  readonly exports: EngineExports;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** The answer for the usual access without a call. */
  readonly locate: InlineLookup;

  /** Throws `Error` for a module that is not the engine. */
  constructor(module: WebAssembly.Module, limits: Required<StoreLimits>) {
    const { maxDomains, maxMappings, maxEndpoints, maxRegions } = limits;
    // No windows; a domain and its windows; what an endpoint refuses in bypass mode, and its own windows
    const maxSets = 1 + 2 * maxDomains + 2 * maxEndpoints;
    // Regions that meet are cut into at most twice as many, in the domain of each endpoint and in its own two sets
    const windowBlocks = countNodes(
      Math.min(2 * maxEndpoints, 2 * maxRegions) + maxDomains,
      4 * maxRegions,
    );
    const tableSlack = Math.ceil(maxMappings / MAPPINGS_PER_SLACK) + LEAST_SLACK;
    // Page tables stay when the mappings that paid for them are gone, while trees then may have as many again
    const tableBlocks = tableSlack + Math.ceil(maxMappings / LEAF_MINIMUM);
    const treeBlocks = countNodes(maxDomains, maxMappings) + MAX_HEIGHT + 2;
    const areas = placeAreas(maxEndpoints, maxSets, treeBlocks + tableBlocks + windowBlocks);
    const pages = Math.ceil(areas.end / WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.memory = memory;
    this.exports = instantiateEngine(module, memory);
    const { sets, counts, marks, firstBlock, end } = areas;
    this.exports.initialize(
      maxMappings,
      maxSets,
      maxEndpoints,
      sets,
      counts,
      marks,
      firstBlock,
      end,
      tableSlack,
      windowBlocks,
    );
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.locate = makeInlineLookup(new Int32Array(memory.buffer));
  }

  /** Bytes of linear memory that trees and page tables have in use. */
  get usedBytes(): number {
    const taken = (this.word(HEADER_FRESH_BLOCK) - this.word(HEADER_FIRST_BLOCK)) / BLOCK_SIZE;
    return (taken - this.word(HEADER_FREE_BLOCKS)) * BLOCK_SIZE;
  }

  high(index: number): number {
    return this.words[SEGMENTS_OFFSET / WORD + index * (SEGMENT_SIZE / WORD) + 1] ?? 0;
  }

  low(index: number): number {
    return this.words[SEGMENTS_OFFSET / WORD + index * (SEGMENT_SIZE / WORD)] ?? 0;
  }

  length(index: number): number {
    return this.words[SEGMENTS_OFFSET / WORD + index * (SEGMENT_SIZE / WORD) + 2] ?? 0;
  }

  get stopHigh(): number {
    return this.word(HEADER_STOP_HIGH);
  }

  get stopLow(): number {
    return this.word(HEADER_STOP_LOW);
  }

  get reason(): number {
    return this.word(HEADER_REASON);
  }

  /** Leaves a page that `translate` gave as the one segment of the answer. Returns their number. */
  keepPage(page: number, low: number, length: number): number {
    const at = SEGMENTS_OFFSET / WORD;
    this.words[at] = (page << PAGE_SHIFT) | (low & PAGE_MASK);
    this.words[at + 1] = page >>> (32 - PAGE_SHIFT);
    this.words[at + 2] = length;
    return 1;
  }

  /** The 32-bit word at an address. */
  word(address: number): number {
    return this.words[address / WORD] ?? 0;
  }

  /** The 64-bit word at an address, a multiple of 4. */
  pair(address: number): bigint {
    return joinWords(this.word(address + WORD), this.word(address));
  }

  /** Address of the record of a set. */
  addressOfSet(index: number): number {
    return this.word(HEADER_SETS) + index * SET_SIZE;
  }

  counters(endpoint: number): DmaCounters {
    return {
      translated: this.#count(endpoint, ENDPOINT_TRANSLATED),
      bypassed: this.#count(endpoint, ENDPOINT_BYPASSED),
      blocked: this.#count(endpoint, ENDPOINT_BLOCKED),
      translatedBytes: this.#count(endpoint, ENDPOINT_TRANSLATED + COUNTER_BYTES),
      bypassedBytes: this.#count(endpoint, ENDPOINT_BYPASSED + COUNTER_BYTES),
      blockedBytes: this.#count(endpoint, ENDPOINT_BLOCKED + COUNTER_BYTES),
    };
  }

  /** Address of the record of an endpoint. */
  endpointAt(endpoint: number): number {
    return ENDPOINTS_OFFSET + endpoint * ENDPOINT_SIZE;
  }

  setCounters(endpoint: number, counters: DmaCounters): void {
    this.#setCount(endpoint, ENDPOINT_TRANSLATED, counters.translated);
    this.#setCount(endpoint, ENDPOINT_BYPASSED, counters.bypassed);
    this.#setCount(endpoint, ENDPOINT_BLOCKED, counters.blocked);
    this.#setCount(endpoint, ENDPOINT_TRANSLATED + COUNTER_BYTES, counters.translatedBytes);
    this.#setCount(endpoint, ENDPOINT_BYPASSED + COUNTER_BYTES, counters.bypassedBytes);
    this.#setCount(endpoint, ENDPOINT_BLOCKED + COUNTER_BYTES, counters.blockedBytes);
  }

  /** Exact up to 2^53, which no counter reaches: 8 PiB. */
  #count(endpoint: number, field: number): number {
    const at = this.endpointAt(endpoint) + field;
    return this.word(at + WORD) * WORD_SPAN + this.word(at);
  }

  #setCount(endpoint: number, field: number, value: number): void {
    const at = (this.endpointAt(endpoint) + field) / WORD;
    this.words[at] = value % WORD_SPAN;
    this.words[at + 1] = Math.floor(value / WORD_SPAN);
  }
}

/** Where the areas of layout.ts stand, and the end of the blocks. */
function placeAreas(maxEndpoints: number, maxSets: number, blocks: number) {
  const sets = ENDPOINTS_OFFSET + maxEndpoints * ENDPOINT_SIZE;
  const counts = sets + maxSets * SET_SIZE;
  // A byte counts, and a bit marks, for each block's worth of memory, these included; a bit marks for each set
  const perBlock = 1 + 1 / 8;
  const others = counts + maxSets / 8 + 2 + perBlock * blocks;
  const firstBlock = Math.ceil(others / (1 - perBlock / BLOCK_SIZE) / BLOCK_SIZE) * BLOCK_SIZE;
  const end = firstBlock + blocks * BLOCK_SIZE;
  return { sets, counts, marks: counts + end / BLOCK_SIZE, firstBlock, end };
}

/**
 * Nodes that this many trees with so many entries can have at most. Every leaf but a root holds LEAF_MINIMUM entries or
 * more; every inner node but a root has more than INNER_MINIMUM children, so that there is one for INNER_MINIMUM leaves
 * at most.
 */
function countNodes(trees: number, entries: number): number {
  const leaves = Math.ceil(entries / LEAF_MINIMUM) + trees;
  return leaves + Math.ceil(leaves / INNER_MINIMUM) + trees;
}
