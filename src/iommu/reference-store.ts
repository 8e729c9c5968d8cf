// The naive mapping store: one sorted array per domain. The oracle of the tests; correct before fast.

import { assert } from '../base/assert.ts';
import { highWord, joinWords, lowWord } from '../base/words.ts';
import { MAX_ADDRESS, type AddressRange, type Iova } from '../memory/address.ts';
import {
  MAX_SEGMENTS,
  MAX_TRANSLATE_LENGTH,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type InsertOutcome,
  type Mapping,
  type MappingStore,
  type RemoveOutcome,
  type TranslationResult,
} from './mapping-store.ts';
import { VIRTIO_IOMMU_MAP_F_MMIO } from './protocol.ts';
import { decodeStoreImage, encodeStoreImage, loadStoreImage } from './store-image.ts';
import { checkStoreLimits, DEFAULT_STORE_LIMITS, type StoreLimits } from './store-limits.ts';

interface Segment {
  readonly address: bigint;
  length: number;
  /** Whether another piece may be joined to it: not to memory-mapped I/O. */
  readonly isJoinable: boolean;
}

/** The latest answer, as bigint; halves are cut off when asked for. */
class ReferenceResult implements TranslationResult {
  segments: Segment[] = [];
  stop = 0n;

  high(index: number): number {
    return highWord(this.#at(index).address);
  }

  low(index: number): number {
    return lowWord(this.#at(index).address);
  }

  length(index: number): number {
    return this.#at(index).length;
  }

  get stopHigh(): number {
    return highWord(this.stop);
  }

  get stopLow(): number {
    return lowWord(this.stop);
  }

  #at(index: number): Segment {
    const segment = this.segments[index];
    assert(segment !== undefined, `segment ${index} of the latest translation`);
    return segment;
  }
}

/** Mappings in sorted arrays, searched from the front. */
export class ReferenceStore implements MappingStore {
  readonly #limits: StoreLimits;
  readonly #domains = new Map<number, Mapping[]>();
  readonly #result = new ReferenceResult();

  constructor(limits: StoreLimits = DEFAULT_STORE_LIMITS) {
    this.#limits = checkStoreLimits(limits);
  }

  get result(): TranslationResult {
    return this.#result;
  }

  createDomain(domain: number): 'created' | 'full' {
    assert(!this.#domains.has(domain), `domain ${domain} is unused`);
    if (this.#domains.size >= this.#limits.maxDomains) return 'full';
    this.#domains.set(domain, []);
    return 'created';
  }

  destroyDomain(domain: number): void {
    assert(this.#domains.delete(domain), `domain ${domain} exists`);
  }

  insert(domain: number, mapping: Mapping): InsertOutcome {
    const mappings = this.#mappings(domain);
    if (mappings.some((each) => touches(each, mapping.virtStart, mapping.virtEnd))) {
      return 'overlap';
    }
    if (this.#count() >= this.#limits.maxMappings) return 'full';
    const next = mappings.findIndex((each) => each.virtStart > mapping.virtEnd);
    mappings.splice(next < 0 ? mappings.length : next, 0, { ...mapping });
    return 'inserted';
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

  translate(domain: number, high: number, low: number, length: number, access: Access): number {
    assert(length >= 1 && length <= MAX_TRANSLATE_LENGTH, `${length} bytes can be translated`);
    const result = this.#result;
    result.segments = [];
    const end = joinWords(high, low) + BigInt(length);
    let cursor = joinWords(high, low);
    while (cursor < end) {
      const mapping = this.#at(domain, cursor, access);
      if (mapping === undefined) return this.#stop(cursor, TRANSLATE_FAULT);
      const address = BigInt.asUintN(64, mapping.physStart + cursor - mapping.virtStart);
      const pieceEnd = mapping.virtEnd + 1n < end ? mapping.virtEnd + 1n : end;
      const isJoinable = (mapping.flags & VIRTIO_IOMMU_MAP_F_MMIO) === 0;
      if (!this.#append({ address, length: Number(pieceEnd - cursor), isJoinable })) {
        return this.#stop(cursor, TRANSLATE_TOO_MANY);
      }
      cursor = pieceEnd;
    }
    return result.segments.length;
  }

  save(): Uint8Array {
    return encodeStoreImage([...this.#domains].map(([domain, mappings]) => ({ domain, mappings })));
  }

  restore(state: Uint8Array): void {
    const images = decodeStoreImage(state);
    this.#domains.clear();
    loadStoreImage(this, images);
  }

  #at(domain: number, cursor: bigint, access: Access): Mapping | undefined {
    if (cursor > MAX_ADDRESS) return undefined;
    const mapping = this.#mappings(domain).find((each) => touches(each, cursor, cursor));
    return mapping !== undefined && (mapping.flags & access) === access ? mapping : undefined;
  }

  #append(segment: Segment): boolean {
    const { segments } = this.#result;
    const last = segments.at(-1);
    // No wrapping here: nothing follows the last byte of the guest-physical space
    const next = last && last.address + BigInt(last.length);
    if (last !== undefined && next === segment.address && last.isJoinable && segment.isJoinable) {
      last.length += segment.length;
      return true;
    }
    if (segments.length === MAX_SEGMENTS) return false;
    segments.push(segment);
    return true;
  }

  #stop(cursor: bigint, code: number): number {
    this.#result.stop = BigInt.asUintN(64, cursor);
    return code;
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

function touches(mapping: Mapping, start: bigint, end: bigint): boolean {
  return mapping.virtStart <= end && mapping.virtEnd >= start;
}
