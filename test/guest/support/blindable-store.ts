// A mapping store that can be made to answer "unmapped" to every access: what the checks of data must notice.

import type { AddressRange, Iova } from '../../../src/memory/address.ts';
import {
  TRANSLATE_FAULT,
  type Access,
  type Binding,
  type DmaCounters,
  type InsertOutcome,
  type Mapping,
  type MappingStore,
  type RemoveOutcome,
  type TranslationResult,
} from '../../../src/iommu/store/mapping-store.ts';
import type { MappingWords } from '../../../src/iommu/store/mapping.ts';
import type { RangeWords } from '../../../src/memory/range-words.ts';
import { VIRTIO_IOMMU_FAULT_R_MAPPING } from '../../../src/iommu/protocol/protocol.ts';
import type { EndpointWindows, RegionWindow } from '../../../src/iommu/regions/region-window.ts';

/** Keeps mappings as the store behind it does; translates nothing while it is blind. */
export class BlindableStore implements MappingStore {
  isBlind = false;
  readonly result: TranslationResult;
  readonly #store: MappingStore;
  #stopHigh = 0;
  #stopLow = 0;

  constructor(store: MappingStore) {
    this.#store = store;
    const stop = (): { stopHigh: number; stopLow: number } =>
      this.isBlind
        ? { stopHigh: this.#stopHigh, stopLow: this.#stopLow }
        : { stopHigh: store.result.stopHigh, stopLow: store.result.stopLow };
    const isBlind = (): boolean => this.isBlind;
    this.result = {
      high: (index) => store.result.high(index),
      low: (index) => store.result.low(index),
      length: (index) => store.result.length(index),
      get stopHigh() {
        return stop().stopHigh;
      },
      get stopLow() {
        return stop().stopLow;
      },
      get reason() {
        return isBlind() ? VIRTIO_IOMMU_FAULT_R_MAPPING : store.result.reason;
      },
    };
  }

  translate(endpoint: number, high: number, low: number, length: number, access: Access): number {
    if (!this.isBlind) return this.#store.translate(endpoint, high, low, length, access);
    this.#stopHigh = high;
    this.#stopLow = low;
    this.#store.settle(endpoint, false, length);
    return TRANSLATE_FAULT;
  }

  locate(endpoint: number, high: number, low: number, length: number, access: Access): number {
    return this.isBlind ? -1 : this.#store.locate(endpoint, high, low, length, access);
  }

  resume(endpoint: number, high: number, low: number, length: number, access: Access): number {
    return this.#store.resume(endpoint, high, low, length, access);
  }

  settle(endpoint: number, isTranslated: boolean, length: number): void {
    this.#store.settle(endpoint, isTranslated, length);
  }

  addEndpoint(windows: EndpointWindows): number {
    return this.#store.addEndpoint(windows);
  }

  bind(endpoint: number, binding: Binding): void {
    this.#store.bind(endpoint, binding);
  }

  setWindows(domain: number, windows: readonly RegionWindow[]): void {
    this.#store.setWindows(domain, windows);
  }

  setUnattachedBypass(isBypass: boolean): void {
    this.#store.setUnattachedBypass(isBypass);
  }

  counters(endpoint: number): DmaCounters {
    return this.#store.counters(endpoint);
  }

  setCounters(endpoint: number, counters: DmaCounters): void {
    this.#store.setCounters(endpoint, counters);
  }

  createDomain(domain: number): 'created' | 'full' {
    return this.#store.createDomain(domain);
  }

  destroyDomain(domain: number): void {
    this.#store.destroyDomain(domain);
  }

  insertWords(domain: number, mapping: MappingWords): InsertOutcome {
    return this.#store.insertWords(domain, mapping);
  }

  insert(domain: number, mapping: Mapping): InsertOutcome {
    return this.#store.insert(domain, mapping);
  }

  removeWords(domain: number, range: RangeWords): RemoveOutcome {
    return this.#store.removeWords(domain, range);
  }

  remove(domain: number, range: AddressRange<Iova>): RemoveOutcome {
    return this.#store.remove(domain, range);
  }

  overlaps(domain: number, range: AddressRange<Iova>): boolean {
    return this.#store.overlaps(domain, range);
  }

  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    return this.#store.size(domain);
  }

  list(domain: number, from: Iova, limit: number): readonly Mapping[] {
    return this.#store.list(domain, from, limit);
  }

  save(): Uint8Array {
    return this.#store.save();
  }

  restore(state: Uint8Array): void {
    this.#store.restore(state);
  }
}
