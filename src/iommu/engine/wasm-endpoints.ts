// The endpoints of the engine: which windows each brings along, and what it is bound to.

import {
  ENDPOINT_DOMAIN,
  ENDPOINT_DOORBELL_END,
  ENDPOINT_DOORBELL_START,
  ENDPOINT_MODE,
  HEADER_ENDPOINTS,
  INSERT_FULL,
  MODE_BYPASS,
  MODE_DOMAIN,
  MODE_UNATTACHED,
  NO_SET,
  SET_DOMAIN,
} from '../../../wasm/assembly/layout.ts';
import { assert } from '../../base/assert.ts';
import { highWord, lowWord } from '../../base/words.ts';
import type { AddressRange, Iova } from '../../memory/address.ts';
import type { Binding } from '../store/mapping-store.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import type { StoreLimits } from '../store/store-limits.ts';
import type { EngineExports } from './wasm-exports.ts';
import { listWindows } from './wasm-listing.ts';
import type { EngineMemory } from './wasm-memory.ts';
import { usedSets, type SavedDomain } from './wasm-slice.ts';

/** The set without entries that `initialize` makes. */
const EMPTY_SET = 0;

/** One domain in the engine: its sets, and whether all of its mappings lie, and will lie, outside windows. */
export interface DomainSets {
  readonly mappings: number;
  readonly windows: number;
  isOpen: boolean;
}

interface EndpointSets {
  readonly refused: number;
  /** Undefined: those of its domain. */
  readonly own: number | undefined;
  binding: Binding;
}

/** Halves of a range, in the order the engine takes them. */
export function halvesOf({ start, end }: AddressRange<Iova>): [number, number, number, number] {
  return [highWord(start), lowWord(start), highWord(end), lowWord(end)];
}

/** Endpoints by number. */
export class WasmEndpoints {
  readonly #memory: EngineMemory;
  readonly #exports: EngineExports;
  readonly #limits: Required<StoreLimits>;
  readonly #endpoints: EndpointSets[] = [];
  // Equal windows are one list for many endpoints, and one set
  readonly #sets = new Map<readonly RegionWindow[], number>();
  #regions = 0;

  constructor(memory: EngineMemory, limits: Required<StoreLimits>) {
    this.#memory = memory;
    this.#exports = memory.exports;
    this.#limits = limits;
  }

  /** See `MappingStore.addEndpoint`. */
  add({ doorbell, refused, own }: EndpointWindows): number {
    const { maxEndpoints, maxRegions } = this.#limits;
    const endpoint = this.#endpoints.length;
    const regions = this.#regions + refused.length + (own?.length ?? 0);
    if (endpoint === maxEndpoints) throw new RangeError(`more endpoints than ${maxEndpoints}`);
    if (regions > maxRegions) {
      throw new RangeError(`more reserved regions of all endpoints together than ${maxRegions}`);
    }
    this.#regions = regions;
    const sets = { refused: this.#setOf(refused), own: own && this.#setOf(own) };
    this.#exports.createEndpoint(endpoint);
    if (doorbell !== undefined) this.#exports.setDoorbell(endpoint, ...halvesOf(doorbell));
    this.#endpoints.push({ ...sets, binding: 'unattached' });
    this.bind(endpoint, 'unattached', undefined);
    return endpoint;
  }

  /** Binds an endpoint; `sets` are those of the domain it is bound to. */
  bind(endpoint: number, binding: Binding, sets: DomainSets | undefined): void {
    const known = this.#endpoints[endpoint];
    assert(known !== undefined, `endpoint ${endpoint} was added`);
    known.binding = binding;
    if (sets === undefined) {
      const mode = binding === 'bypass' ? MODE_BYPASS : MODE_UNATTACHED;
      this.#exports.bind(endpoint, mode, EMPTY_SET, known.refused, known.refused, 0);
      return;
    }
    const { mappings, windows, isOpen } = sets;
    const inner = known.own ?? windows;
    this.#exports.bind(endpoint, MODE_DOMAIN, mappings, windows, inner, isOpen ? 1 : 0);
  }

  /** Tells the endpoints of a domain whether it is open. */
  rebind(domain: number, sets: DomainSets): void {
    for (const [endpoint, { binding }] of this.#endpoints.entries()) {
      if (binding === domain) this.bind(endpoint, binding, sets);
    }
  }

  /** Replaces the windows of a set. */
  fill(set: number, windows: readonly RegionWindow[]): void {
    this.#exports.clearWindows(set);
    for (const window of windows) {
      const outcome = this.#exports.insertWindow(set, ...halvesOf(window), window.flags);
      assert(outcome !== INSERT_FULL, 'windows within the caps fit');
    }
  }

  /**
   * Throws `Error` unless the endpoints in an audited memory with these domains are the same as here; what they are
   * bound to may differ.
   */
  checkSame(other: EngineMemory, domains: ReadonlyMap<number, SavedDomain>): void {
    const own = [...this.#sets.values()];
    const inDomains = [...domains.values()].flatMap(({ mappings, windows }) => [mappings, windows]);
    const known = new Set([EMPTY_SET, ...own, ...inDomains]);
    const found = usedSets(other);
    const isSame =
      other.word(HEADER_ENDPOINTS) === this.#endpoints.length &&
      // Each set has one owner, and none is without
      known.size === 1 + own.length + inDomains.length &&
      known.size === found.length &&
      found.every((set) => known.has(set)) &&
      own.every((set) => hasEqualWindows(other, this.#memory, set)) &&
      this.#endpoints.every((_, endpoint) => hasEqualDoorbell(other, this.#memory, endpoint));
    if (!isSame) throw new Error('the saved engine has other endpoints');
  }

  /** Takes what endpoints are bound to from the engine's memory, which has these domains. */
  readBindings(domains: ReadonlyMap<number, DomainSets>): void {
    for (const endpoint of this.#endpoints.keys()) {
      const record = this.#memory.endpointAt(endpoint);
      const mode = this.#memory.word(record + ENDPOINT_MODE);
      const domain = this.#memory.word(this.#memory.word(record + ENDPOINT_DOMAIN) + SET_DOMAIN);
      if (mode === MODE_DOMAIN) this.bind(endpoint, domain, domains.get(domain));
      else this.bind(endpoint, mode === MODE_BYPASS ? 'bypass' : 'unattached', undefined);
    }
  }

  #setOf(windows: readonly RegionWindow[]): number {
    if (windows.length === 0) return EMPTY_SET;
    const known = this.#sets.get(windows);
    if (known !== undefined) return known;
    const set = this.#exports.createWindows();
    assert(set !== NO_SET, 'there are sets for all endpoints');
    this.fill(set, windows);
    this.#sets.set(windows, set);
    return set;
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
