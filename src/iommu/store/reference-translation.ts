// What becomes of an access, the naive way: rule by rule over arrays, in bigint (virtio 1.2, 5.13.6).

import { assert } from '../../base/assert.ts';
import { highWord, lowWord } from '../../base/words.ts';
import { MAX_ADDRESS } from '../../memory/address.ts';
import {
  ACCESS_WRITE,
  MAX_SEGMENTS,
  TRANSLATE_DOORBELL,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type Binding,
  type DmaCounters,
  type Mapping,
  type TranslationResult,
} from './mapping-store.ts';
import {
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_MMIO,
} from '../protocol/protocol.ts';
import type { EndpointWindows, RegionWindow } from '../regions/region-window.ts';
import type { StoreLimits } from './store-limits.ts';

/** One access, or the rest of one. */
export interface NaiveAccess {
  readonly start: bigint;
  readonly length: number;
  readonly access: Access;
}

interface Endpoint {
  readonly windows: EndpointWindows;
  binding: Binding;
  counters: DmaCounters;
}

/** A stretch that one mapping or window decides about. */
interface Piece {
  readonly end: bigint;
  readonly address: bigint;
  readonly flags: number;
}

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
  reason = 0;

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

/** Whether a range of IOVAs has an address of a mapping. */
export function touches(mapping: Mapping, start: bigint, end: bigint): boolean {
  return mapping.virtStart <= end && mapping.virtEnd >= start;
}

const NO_ACCESSES: DmaCounters = {
  translated: 0,
  bypassed: 0,
  blocked: 0,
  translatedBytes: 0,
  bypassedBytes: 0,
  blockedBytes: 0,
};

/** Endpoints, windows and counters; the mappings are looked up by `mappingsOf`. */
export class ReferenceTranslation {
  readonly result = new ReferenceResult();
  isUnattachedBypass = false;
  readonly #mappingsOf: (domain: number) => readonly Mapping[];
  readonly #endpoints: Endpoint[] = [];
  readonly #windows = new Map<number, readonly RegionWindow[]>();
  #regions = 0;

  constructor(mappingsOf: (domain: number) => readonly Mapping[]) {
    this.#mappingsOf = mappingsOf;
  }

  addEndpoint(
    windows: EndpointWindows,
    { maxEndpoints, maxRegions }: Required<StoreLimits>,
  ): number {
    this.#regions += windows.refused.length + (windows.own?.length ?? 0);
    if (this.#endpoints.length === maxEndpoints || this.#regions > maxRegions) {
      throw new RangeError('more endpoints or reserved regions than the caps allow');
    }
    return this.#endpoints.push({ windows, binding: 'unattached', counters: NO_ACCESSES }) - 1;
  }

  bind(endpoint: number, binding: Binding): void {
    this.#endpoint(endpoint).binding = binding;
  }

  setWindows(domain: number, windows: readonly RegionWindow[]): void {
    this.#windows.set(domain, windows);
  }

  counters(endpoint: number): DmaCounters {
    return { ...this.#endpoint(endpoint).counters };
  }

  setCounters(endpoint: number, counters: DmaCounters): void {
    this.#endpoint(endpoint).counters = { ...counters };
  }

  count(endpoint: number, what: 'translated' | 'bypassed' | 'blocked', length: number): void {
    const { counters } = this.#endpoint(endpoint);
    this.#endpoint(endpoint).counters = {
      ...counters,
      [what]: counters[what] + 1,
      [`${what}Bytes`]: counters[`${what}Bytes`] + length,
    };
  }

  translate(index: number, asked: NaiveAccess): number {
    const { windows, binding } = this.#endpoint(index);
    const { start, length, access } = asked;
    const { doorbell } = windows;
    const end = start + BigInt(length) - 1n;
    const isMessage = doorbell !== undefined && doorbell.start <= start && end <= doorbell.end;
    if (access === ACCESS_WRITE && isMessage) return TRANSLATE_DOORBELL;
    this.result.segments = [];
    if (binding === 'unattached' && !this.isUnattachedBypass) {
      this.count(index, 'blocked', length);
      return this.#fault(start, VIRTIO_IOMMU_FAULT_R_DOMAIN);
    }
    const isBypass = typeof binding !== 'number';
    const outcome = isBypass ? this.#passBy(windows, start, end) : this.resume(index, asked);
    const passed = isBypass ? 'bypassed' : 'translated';
    if (outcome !== TRANSLATE_TOO_MANY) this.count(index, outcome > 0 ? passed : 'blocked', length);
    return outcome;
  }

  resume(index: number, { start, length, access }: NaiveAccess): number {
    const endpoint = this.#endpoint(index);
    this.result.segments = [];
    const end = start + BigInt(length);
    for (let cursor = start; cursor < end;) {
      const piece = this.#pieceAt(endpoint, cursor, access);
      if (piece === undefined || (piece.flags & access) !== access) {
        return this.#fault(cursor, VIRTIO_IOMMU_FAULT_R_MAPPING);
      }
      const next = piece.end + 1n < end ? piece.end + 1n : end;
      const isJoinable = (piece.flags & VIRTIO_IOMMU_MAP_F_MMIO) === 0;
      const { address } = piece;
      if (!this.#append({ address, length: Number(next - cursor), isJoinable })) {
        this.result.stop = cursor;
        return TRANSLATE_TOO_MANY;
      }
      cursor = next;
    }
    return this.result.segments.length;
  }

  #passBy({ refused }: EndpointWindows, start: bigint, end: bigint): number {
    const touched = refused.find((window) => window.start <= end && window.end >= start);
    if (touched !== undefined) {
      const first = touched.start > start ? touched.start : start;
      return this.#fault(first, VIRTIO_IOMMU_FAULT_R_MAPPING);
    }
    if (end > MAX_ADDRESS) return this.#fault(0n, VIRTIO_IOMMU_FAULT_R_MAPPING);
    this.result.segments = [{ address: start, length: Number(end - start) + 1, isJoinable: false }];
    return 1;
  }

  /** What decides about an address in the endpoint's domain, up to where something else does. */
  #pieceAt({ windows, binding }: Endpoint, address: bigint, access: Access): Piece | undefined {
    if (address > MAX_ADDRESS || typeof binding !== 'number') return undefined;
    const shared = this.#windows.get(binding) ?? [];
    const own = windows.own ?? shared;
    const { doorbell } = windows;
    const isWrite = access === ACCESS_WRITE;
    if (isWrite && doorbell && doorbell.start <= address && address <= doorbell.end) {
      return { end: doorbell.end, address, flags: 0 };
    }
    // Every address where the answer may change; a piece ends before the next one
    const bounds = [...shared, ...own, ...(isWrite && doorbell ? [doorbell] : [])]
      .flatMap(({ start, end }) => [start as bigint, end + 1n])
      .filter((bound) => bound > address);
    const limit = bounds.reduce(
      (least, bound) => (bound < least ? bound : least),
      MAX_ADDRESS + 1n,
    );
    const isAround = (window: RegionWindow): boolean =>
      window.start <= address && address <= window.end;
    if (shared.some(isAround) || own.some(isAround)) {
      return { end: limit - 1n, address, flags: own.find(isAround)?.flags ?? 0 };
    }
    const mapping = this.#mappingsOf(binding).find((each) => touches(each, address, address));
    if (mapping === undefined) return undefined;
    return {
      end: mapping.virtEnd < limit ? mapping.virtEnd : limit - 1n,
      address: BigInt.asUintN(64, mapping.physStart + address - mapping.virtStart),
      flags: mapping.flags,
    };
  }

  #append(segment: Segment): boolean {
    const { segments } = this.result;
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

  #fault(address: bigint, reason: number): number {
    this.result.stop = BigInt.asUintN(64, address);
    this.result.reason = reason;
    return TRANSLATE_FAULT;
  }

  #endpoint(endpoint: number): Endpoint {
    const known = this.#endpoints[endpoint];
    assert(known !== undefined, `endpoint ${endpoint} was added`);
    return known;
  }
}
