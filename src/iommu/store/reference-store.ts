// The naive mapping store: one sorted array per domain. The oracle of the tests; correct before fast.

import { assert } from '../../base/assert.ts';
import { joinWords } from '../../base/words.ts';
import type { AddressRange, Iova } from '../../memory/address.ts';
import { toRange, type RangeWords } from '../../memory/range-words.ts';
import {
  MAX_TRANSLATE_LENGTH,
  type Access,
  type Binding,
  type DmaCounters,
  type InsertOutcome,
  type Mapping,
  type MappingStore,
  type RemoveOutcome,
  type TranslationResult,
} from './mapping-store.ts';
import { toMapping, type MappingWords } from './mapping.ts';
import { ReferenceTranslation, touches } from './reference-translation.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import { decodeStoreImage, encodeStoreImage, loadStoreImage } from './store-image.ts';
import { checkStoreLimits, type StoreLimits } from './store-limits.ts';

/** Mappings in sorted arrays, searched from the front. */
export class ReferenceStore implements MappingStore {
  readonly result: TranslationResult;
  readonly #limits: Required<StoreLimits>;
  readonly #domains = new Map<number, Mapping[]>();
  readonly #translation: ReferenceTranslation;

  constructor(limits: Partial<StoreLimits> = {}) {
    this.#limits = checkStoreLimits(limits);
    this.#translation = new ReferenceTranslation((domain) => this.#mappings(domain));
    this.result = this.#translation.result;
  }

  createDomain(domain: number): 'created' | 'full' {
    assert(!this.#domains.has(domain), `domain ${domain} is unused`);
    if (this.#domains.size >= this.#limits.maxDomains) return 'full';
    this.#domains.set(domain, []);
    return 'created';
  }

  destroyDomain(domain: number): void {
    assert(this.#domains.delete(domain), `domain ${domain} exists`);
    this.#translation.setWindows(domain, []);
  }

  insertWords(domain: number, mapping: MappingWords): InsertOutcome {
    return this.insert(domain, toMapping(mapping));
  }

  insert(domain: number, mapping: Mapping): InsertOutcome {
    const mappings = this.#mappings(domain);
    const next = mappings.findIndex((each) => each.virtEnd >= mapping.virtStart);
    const isOverlap = (mappings[next]?.virtStart ?? Infinity) <= mapping.virtEnd;
    if (isOverlap) return 'overlap';
    if (this.#count() >= this.#limits.maxMappings) return 'full';
    mappings.splice(next < 0 ? mappings.length : next, 0, { ...mapping });
    return 'inserted';
  }

  removeWords(domain: number, range: RangeWords): RemoveOutcome {
    return this.remove(domain, toRange(range));
  }

  remove(domain: number, range: AddressRange<Iova>): RemoveOutcome {
    const mappings = this.#mappings(domain);
    const touched = mappings.filter((each) => touches(each, range.start, range.end));
    const isCut = touched.some((each) => each.virtStart < range.start || each.virtEnd > range.end);
    if (isCut) return 'would-split';
    const kept = mappings.filter((each) => !touches(each, range.start, range.end));
    this.#domains.set(domain, kept);
    return touched.length;
  }

  overlaps(domain: number, range: AddressRange<Iova>): boolean {
    return this.#mappings(domain).some((each) => touches(each, range.start, range.end));
  }

  size(domain: number): { readonly mappings: number; readonly bytes: bigint } {
    const mappings = this.#mappings(domain);
    const bytes = mappings.reduce((sum, each) => sum + each.virtEnd - each.virtStart + 1n, 0n);
    return { mappings: mappings.length, bytes };
  }

  list(domain: number, from: Iova, limit: number): readonly Mapping[] {
    const rest = this.#mappings(domain).filter((each) => each.virtEnd >= from);
    return rest.slice(0, limit).map((each) => ({ ...each }));
  }

  addEndpoint(windows: EndpointWindows): number {
    return this.#translation.addEndpoint(windows, this.#limits);
  }

  bind(endpoint: number, binding: Binding): void {
    this.#translation.bind(endpoint, binding);
  }

  setWindows(domain: number, windows: readonly RegionWindow[]): void {
    this.#translation.setWindows(domain, windows);
  }

  setUnattachedBypass(isBypass: boolean): void {
    this.#translation.isUnattachedBypass = isBypass;
  }

  translate(endpoint: number, high: number, low: number, length: number, access: Access): number {
    assert(length >= 1 && length <= MAX_TRANSLATE_LENGTH, `${length} bytes can be translated`);
    return this.#translation.translate(endpoint, { start: joinWords(high, low), length, access });
  }

  /** The naive store knows no short cuts. */
  locate(): number {
    return -1;
  }

  resume(endpoint: number, high: number, low: number, length: number, access: Access): number {
    return this.#translation.resume(endpoint, { start: joinWords(high, low), length, access });
  }

  settle(endpoint: number, isTranslated: boolean, length: number): void {
    this.#translation.count(endpoint, isTranslated ? 'translated' : 'blocked', length);
  }

  counters(endpoint: number): DmaCounters {
    return this.#translation.counters(endpoint);
  }

  setCounters(endpoint: number, counters: DmaCounters): void {
    this.#translation.setCounters(endpoint, counters);
  }

  save(): Uint8Array {
    return encodeStoreImage([...this.#domains].map(([domain, mappings]) => ({ domain, mappings })));
  }

  restore(state: Uint8Array): void {
    const images = decodeStoreImage(state);
    this.#domains.clear();
    loadStoreImage(this, images);
  }

  #count(): number {
    return [...this.#domains.values()].reduce((sum, mappings) => sum + mappings.length, 0);
  }

  #mappings(domain: number): Mapping[] {
    const mappings = this.#domains.get(domain);
    assert(mappings !== undefined, `domain ${domain} exists`);
    return mappings;
  }
}
