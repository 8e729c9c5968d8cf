// The endpoints of the engine: which windows each brings along, and what it is bound to.

import {
  INSERT_FULL,
  MODE_BYPASS,
  MODE_DOMAIN,
  MODE_UNATTACHED,
  NO_SET,
} from '../../../wasm/assembly/layout.ts';
import { assert } from '../../base/assert.ts';
import { highWord, lowWord } from '../../base/words.ts';
import type { AddressRange, Iova } from '../../memory/address.ts';
import type { Binding } from '../store/mapping-store.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import type { StoreLimits } from '../store/store-limits.ts';
import type { EngineExports } from './wasm-exports.ts';
import type { EngineMemory } from './wasm-memory.ts';

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

/** Whether no mapping of a domain lies, or may come to lie, under these windows of it. */
export function isOpenUnder(
  exports: EngineExports,
  { mappings }: Pick<DomainSets, 'mappings'>,
  windows: readonly RegionWindow[],
): boolean {
  // A mapping may have come where an identity region was that has gone since
  return windows.every(
    (each) => each.flags === 0 && exports.overlaps(mappings, ...halvesOf(each)) === 0,
  );
}

/** Endpoints by number. */
export class WasmEndpoints {
  readonly #exports: EngineExports;
  readonly #limits: Required<StoreLimits>;
  readonly #endpoints: EndpointSets[] = [];
  // Equal windows are one list for many endpoints, and one set
  readonly #sets = new Map<readonly RegionWindow[], number>();
  #regions = 0;

  constructor(memory: EngineMemory, limits: Required<StoreLimits>) {
    this.#exports = memory.exports;
    this.#limits = limits;
  }

  get count(): number {
    return this.#endpoints.length;
  }

  /** The sets of windows that endpoints brought along. */
  get windowSets(): readonly number[] {
    return [...this.#sets.values()];
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
