// Our mapping stores as contestants, and all that the benchmarks know of their API: WasmStore, its exports,
// ReferenceStore.

import {
  BUFFERS_OFFSET,
  HEADER_MAPPINGS,
  HEADER_TABLE_MAPPINGS,
  INSERT_DONE,
  MODE_DOMAIN,
  SEGMENTS_OFFSET,
} from '../../../wasm/assembly/layout.ts';
import type { InlineLookup } from '../../../src/iommu/engine/inline-lookup.ts';
import type { Mapping, MappingStore } from '../../../src/iommu/store/mapping-store.ts';
import { ReferenceStore } from '../../../src/iommu/store/reference-store.ts';
import { NO_WINDOWS } from '../../../src/iommu/regions/region-window.ts';
import { checkStoreLimits } from '../../../src/iommu/store/store-limits.ts';
import type { EngineExports } from '../../../src/iommu/engine/wasm-exports.ts';
import { EngineExtras } from '../../../src/iommu/engine/extras/engine-extras.ts';
import { EngineMemory } from '../../../src/iommu/engine/wasm-memory.ts';
import { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import type { MapAndUnmap } from '../churn-draws.ts';
import { ACCESS_LENGTH, type Draws, type Lookup } from '../draws.ts';
import { mappingsOf, type Layout } from '../layout.ts';
import { prepare, type Work } from '../race.ts';
import { batchChains, singleChains } from './chains.ts';
import { readExtrasWasm } from './extras-wasm.ts';

const WORD = 4;
const READ_WRITE = 3;
const DOMAIN = 1;
const ENDPOINT = 0;
/** The naive store takes time in proportion to its mappings for everything: to fill a larger one would take minutes. */
export const NAIVE_LIMIT = 4096;

/** Exports as functions that need no `this`. */
type RawExports = {
  readonly [Name in keyof EngineExports]: (
    ...inputs: Parameters<EngineExports[Name]>
  ) => ReturnType<EngineExports[Name]>;
};

/** The engine behind WasmStore, reached as its hot path reaches it: by raw exports and a view of its memory. */
export class Engine {
  readonly exports: RawExports;
  readonly slot: number;
  readonly words: Uint32Array;
  readonly locate: InlineLookup;
  readonly #memory: EngineMemory;

  /** Has one empty domain with an endpoint in it, and room for `maxMappings`. */
  constructor(module: WebAssembly.Module, maxMappings: number) {
    const limits = { maxDomains: 1, maxMappings, maxEndpoints: 1, maxRegions: 1 };
    this.#memory = new EngineMemory(module, checkStoreLimits(limits));
    this.exports = this.#memory.exports;
    this.words = this.#memory.words;
    this.locate = this.#memory.locate;
    this.slot = this.exports.createDomain(DOMAIN);
    this.exports.createEndpoint(ENDPOINT);
    this.exports.bind(ENDPOINT, MODE_DOMAIN, this.slot, 0, 0, 1);
  }

  /** Maps whole pages at a page, with both rights. Throws when there is a mapping or no room. */
  map(page: number, pageCount: number, physPage: number): void {
    const low = (page << 12) >>> 0;
    const lastPage = page + pageCount - 1;
    const done = this.exports.insert(
      this.slot,
      page >>> 20,
      low,
      lastPage >>> 20,
      ((lastPage << 12) | 0xfff) >>> 0,
      physPage >>> 20,
      (physPage << 12) >>> 0,
      READ_WRITE,
    );
    if (done !== INSERT_DONE) throw new Error(`page ${page} cannot be mapped`);
  }

  /** Unmaps whole pages; how many mappings they were. */
  unmap(page: number, pageCount: number): number {
    const lastPage = page + pageCount - 1;
    const lastLow = ((lastPage << 12) | 0xfff) >>> 0;
    return this.exports.remove(
      this.slot,
      page >>> 20,
      (page << 12) >>> 0,
      lastPage >>> 20,
      lastLow,
    );
  }

  /** Its second module, at work on its memory. */
  get extras(): EngineExtras {
    return new EngineExtras(readExtrasWasm(), this.#memory);
  }

  /** Whether some mappings are in trees, not in page tables. */
  get hasTree(): boolean {
    return this.#memory.word(HEADER_TABLE_MAPPINGS) < this.#memory.word(HEADER_MAPPINGS);
  }

  /** Bytes of linear memory that mappings occupy. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
  }
}

interface SingleInputs {
  readonly translate: RawExports['translate'];
  readonly owner: number;
  readonly words: Uint32Array;
  /** Index of the first segment in `words`: low, high. */
  readonly answerAt: number;
}

/** The engine with the mappings of a layout in place. */
export function createEngine(module: WebAssembly.Module, layout: Layout): Engine {
  const engine = new Engine(module, layout.pages.length);
  layout.pages.forEach((page, index) => {
    engine.map(page, 2 ** (layout.log2Pages[index] ?? 0), layout.physPages[index] ?? 0);
  });
  return engine;
}

/** Every way that the engine has to translate chains of descriptors. */
export function createOurChains(engine: Engine): readonly Lookup[] {
  const { words, extras } = engine;
  const { translate } = engine.exports;
  const { translateBatch } = extras;
  const places = { bufferAt: BUFFERS_OFFSET / WORD, segmentAt: SEGMENTS_OFFSET / WORD };
  const inputs = { translate, translateBatch, owner: ENDPOINT, words, ...places };
  return [
    { name: 'batch16', makeWork: (draws) => batchChains(inputs, draws) },
    { name: 'single', makeWork: (draws) => singleChains(inputs, draws) },
  ];
}

/** Every way that the engine has to translate one address. */
export function createOurLookups(engine: Engine): readonly Lookup[] {
  const { exports, words, locate } = engine;
  const answerAt = SEGMENTS_OFFSET / WORD;
  const single: SingleInputs = { translate: exports.translate, owner: ENDPOINT, words, answerAt };
  return [
    {
      name: 'single',
      makeWork: (draws) =>
        prepare(engine.hasTree ? singleLookup : singlePageLookup, single, draws, ACCESS_LENGTH),
    },
    {
      name: 'inline',
      makeWork: (draws) => prepare(inlineLookup, { ...single, locate }, draws, ACCESS_LENGTH),
    },
  ];
}

/** The naive store, where it is fast enough to be measured. */
export function createNaiveLookups(layout: Layout): readonly Lookup[] {
  const count = layout.pages.length;
  if (count > NAIVE_LIMIT) return [];
  const naive = createNaive(count);
  mapAll(naive, mappingsOf(layout));
  return [
    { name: 'naive', makeWork: (draws) => prepare(productLookup, naive, draws, ACCESS_LENGTH) },
  ];
}

interface ShortCutInputs extends SingleInputs {
  readonly locate: InlineLookup;
}

/** The short cut, and a call where it does not lead anywhere: pages above 4 GiB, mappings in trees. */
function inlineLookup(
  { locate, translate, owner, words, answerAt }: ShortCutInputs,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  const highAt = answerAt + 1;
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const high = highs[draw] ?? 0;
      const low = lows[draw] ?? 0;
      const place = locate(owner, high, low, accessLength, 1);
      if (place >= 0) {
        sum = (sum + place) | 0;
        continue;
      }
      const page = translate(owner, high, low, accessLength, 1);
      if (page >= 0) sum = (sum + (((page << 12) | (low & 0xfff)) ^ (page >>> 20))) | 0;
      else if (page === -4) sum = (sum + ((words[answerAt] ?? 0) ^ (words[highAt] ?? 0))) | 0;
      else return NaN;
    }
    return sum;
  };
}

/** One call for each address, all of them in page tables: the answer is the page's number. */
function singlePageLookup(
  { translate, owner }: SingleInputs,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const page = translate(owner, highs[draw] ?? 0, low, accessLength, 1);
      if (page < 0) return NaN;
      sum = (sum + (((page << 12) | (low & 0xfff)) ^ (page >>> 20))) | 0;
    }
    return sum;
  };
}

/** One call for each address: the answer is a page, or one segment in memory (-4). */
function singleLookup(
  { translate, owner, words, answerAt }: SingleInputs,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  const highAt = answerAt + 1;
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const low = lows[draw] ?? 0;
      const page = translate(owner, highs[draw] ?? 0, low, accessLength, 1);
      if (page >= 0) sum = (sum + (((page << 12) | (low & 0xfff)) ^ (page >>> 20))) | 0;
      else if (page === -4) sum = (sum + ((words[answerAt] ?? 0) ^ (words[highAt] ?? 0))) | 0;
      else return NaN;
    }
    return sum;
  };
}

/** Maps and unmaps the same range over and over: `pageCount` pages from 0 on. */
export function mapAndUnmapOf(engine: Engine, pageCount: number): MapAndUnmap {
  return {
    map: () => {
      engine.map(0, pageCount, 0);
      return 1;
    },
    unmap: () => engine.unmap(0, pageCount),
  };
}

/** A store with one empty domain, reached as the device reaches it. */
export interface Product {
  readonly store: MappingStore;
  readonly domain: number;
  readonly endpoint: number;
}

export function createProduct(module: WebAssembly.Module, maxMappings: number): Product {
  return withDomain(new WasmStore(module, { maxDomains: 1, maxMappings }));
}

export function createNaive(maxMappings: number): Product {
  return withDomain(new ReferenceStore({ maxDomains: 1, maxMappings }));
}

function withDomain(store: MappingStore): Product {
  store.createDomain(DOMAIN);
  store.bind(store.addEndpoint(NO_WINDOWS), DOMAIN);
  return { store, domain: DOMAIN, endpoint: ENDPOINT };
}

/** Maps everything; throws when something can not be. */
function mapAll({ store, domain }: Product, mappings: readonly Mapping[]): void {
  for (const mapping of mappings) {
    const outcome = store.insert(domain, mapping);
    if (outcome !== 'inserted') throw new Error(`mapping ${mapping.virtStart}: ${outcome}`);
  }
}

function productLookup(
  { store, endpoint }: Product,
  { highs, lows }: Draws,
  accessLength: number,
): Work {
  const { result } = store;
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      const count = store.translate(endpoint, highs[draw] ?? 0, lows[draw] ?? 0, accessLength, 1);
      if (count !== 1) return NaN;
      sum = (sum + (result.low(0) ^ result.high(0))) | 0;
    }
    return sum;
  };
}
