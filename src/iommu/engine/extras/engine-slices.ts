// Going back and forth within one process by slices of the engine's memory.

import {
  ENDPOINT_DOMAIN,
  ENDPOINT_DOORBELL_END,
  ENDPOINT_DOORBELL_START,
  ENDPOINT_MODE,
  HEADER_ENDPOINTS,
  MODE_BYPASS,
  MODE_DOMAIN,
  SET_DOMAIN,
} from '../../../../wasm/assembly/layout.ts';
import { isOpenUnder } from '../wasm-endpoints.ts';
import { listWindows } from '../wasm-listing.ts';
import { EngineMemory } from '../wasm-memory.ts';
import type { EngineParts, WasmStore } from '../wasm-store.ts';
import { EngineExtras } from './engine-extras.ts';
import { findDomains, loadSlice, takeSlice, usedSets, type SavedDomain } from './engine-slice.ts';

/** The set without entries that `initialize` makes. */
const EMPTY_SET = 0;

/** Slices of one store. */
export class EngineSlices {
  readonly #parts: EngineParts;
  /** Where slices are tried out before they are believed; made for the first one. */
  readonly #makeSpare: () => EngineExtras;
  #spare: EngineExtras | undefined;

  /** `extras` is the compiled wasm/build/extras.wasm. */
  constructor(store: WasmStore, extras: WebAssembly.Module) {
    this.#parts = store.parts;
    const { module, limits } = store.parts;
    this.#makeSpare = () =>
      (this.#spare ??= new EngineExtras(extras, new EngineMemory(module, limits)));
  }

  /**
   * Everything at this moment as one slice of memory: domains, mappings, windows, bindings and counters. Much faster
   * than the store's `save`; what is kept for longer goes by that, which knows no version and no caps.
   */
  save(): Uint8Array {
    return takeSlice(this.#parts.memory);
  }

  /**
   * Goes back to a slice of this store, or of one with the same caps and endpoints. Throws `Error`, with nothing
   * changed, for any other bytes. The first call takes memory for a second engine, which audits the slice.
   */
  restore(slice: Uint8Array): void {
    const { memory, limits, domains } = this.#parts;
    const spare = this.#makeSpare();
    loadSlice(slice, spare, memory);
    const saved = findDomains(spare.engine, limits.maxDomains);
    checkEndpoints(spare.engine, saved, this.#parts);
    memory.bytes.set(slice);
    domains.clear();
    for (const [domain, sets] of saved) {
      const isOpen = isOpenUnder(memory.exports, sets, listWindows(memory, sets.windows));
      domains.set(domain, { ...sets, isOpen });
    }
    readBindings(this.#parts);
  }
}

/**
 * Throws `Error` unless the endpoints in an audited memory with these domains are the same as here; what they are bound
 * to may differ.
 */
function checkEndpoints(
  other: EngineMemory,
  domains: ReadonlyMap<number, SavedDomain>,
  { memory, endpoints }: EngineParts,
): void {
  const own = endpoints.windowSets;
  const inDomains = [...domains.values()].flatMap(({ mappings, windows }) => [mappings, windows]);
  const known = new Set([EMPTY_SET, ...own, ...inDomains]);
  const found = usedSets(other);
  const isSame =
    other.word(HEADER_ENDPOINTS) === endpoints.count &&
    // Each set has one owner, and none is without
    known.size === 1 + own.length + inDomains.length &&
    known.size === found.length &&
    found.every((set) => known.has(set)) &&
    own.every((set) => hasEqualWindows(other, memory, set)) &&
    numbers(endpoints.count).every((endpoint) => hasEqualDoorbell(other, memory, endpoint));
  if (!isSame) throw new Error('the saved engine has other endpoints');
}

/** Takes what endpoints are bound to from the engine's memory. */
function readBindings({ memory, endpoints, domains }: EngineParts): void {
  for (const endpoint of numbers(endpoints.count)) {
    const record = memory.endpointAt(endpoint);
    const mode = memory.word(record + ENDPOINT_MODE);
    const domain = memory.word(memory.word(record + ENDPOINT_DOMAIN) + SET_DOMAIN);
    if (mode === MODE_DOMAIN) endpoints.bind(endpoint, domain, domains.get(domain));
    else endpoints.bind(endpoint, mode === MODE_BYPASS ? 'bypass' : 'unattached', undefined);
  }
}

function hasEqualWindows(one: EngineMemory, other: EngineMemory, set: number): boolean {
  const windows = listWindows(one, set);
  const others = listWindows(other, set);
  return (
    windows.length === others.length &&
    windows.every(({ start, end, flags }, index) => {
      const twin = others[index];
      return twin?.start === start && twin.end === end && twin.flags === flags;
    })
  );
}

function hasEqualDoorbell(one: EngineMemory, other: EngineMemory, endpoint: number): boolean {
  const record = one.endpointAt(endpoint);
  return [ENDPOINT_DOORBELL_START, ENDPOINT_DOORBELL_END].every(
    (field) => one.pair(record + field) === other.pair(record + field),
  );
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}
