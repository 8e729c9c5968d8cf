// One endpoint's view of memory through the IOMMU: what a bus master gets in place of RAM.

import { assert } from '../base/assert.ts';
import { addHigh, addLow, joinWords } from '../base/words.ts';
import { BusError, type AddressSpace, type PhysicalMemory } from '../memory/address-space.ts';
import { toGpa, type Iova, type Segment } from '../memory/address.ts';
import type { FaultReport } from './protocol/codec.ts';
import type { Endpoint } from './domains/endpoint-table.ts';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  MAX_SEGMENTS,
  MAX_TRANSLATE_LENGTH,
  TRANSLATE_DOORBELL,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
  type MappingStore,
} from './store/mapping-store.ts';

/** An access that is stopped, whole as the endpoint made it. */
export interface StoppedAccess {
  /** Halves of the address of its first byte. */
  readonly high: number;
  readonly low: number;
  readonly length: number;
  readonly access: Access;
  /** Whether it was to a ring, and not to data. */
  readonly isRing: boolean;
}

/** An access that was let through; not one for each is made. */
export type SampledAccess = StoppedAccess & { readonly endpoint: number };

/** The IOMMU stopped the access. */
export class StoppedError extends BusError {}

/** As `DmaPath.refuse`. */
export function refuse({ id }: Endpoint, length: number): StoppedError {
  return new StoppedError(`the IOMMU stopped an access of endpoint ${id}, ${length} bytes`);
}

/** What all ports of one IOMMU share. All but the store is another's during a trial (`trial.ts`). */
export interface DmaPath {
  memory: PhysicalMemory;
  readonly store: MappingStore;
  /** Records and reports the store's latest fault, which stopped this access, and tells of it. */
  reportFault: (endpoint: Endpoint, stopped: StoppedAccess) => FaultReport;
  /** What an access that was stopped is answered with. */
  refuse: (endpoint: Endpoint, length: number) => StoppedError;
  /** An access of an endpoint that is sampled was let through. */
  tellSample: (access: SampledAccess) => void;
  /** A message signalled interrupt of an endpoint; memory is out of its reach. */
  ringDoorbell: (endpoint: Endpoint, high: number, low: number, message: Uint8Array) => void;
}

/** Where an access goes. */
export type DmaOutcome =
  | {
      readonly kind: 'memory';
      /** Guest-physical, in the order of the access; not all need be RAM. */
      readonly segments: readonly Segment[];
    }
  /** An interrupt message: no memory is touched. */
  | { readonly kind: 'doorbell' }
  | { readonly kind: 'fault'; readonly fault: FaultReport };

interface Piece {
  readonly high: number;
  readonly low: number;
  /** Where the piece starts in the buffer, and where it ends. */
  readonly from: number;
  readonly to: number;
}

/**
 * `AddressSpace<Iova>` of one endpoint. Every access is translated in whole before its first byte moves; one that
 * is refused changes no memory, is reported to the driver, and throws `BusError`.
 */
export class DmaPort implements AddressSpace<Iova> {
  declare readonly addressKind?: Iova;
  readonly rings: DmaPort;
  readonly #endpoint: Endpoint;
  readonly #path: DmaPath;
  readonly #isRing: boolean;

  constructor(endpoint: Endpoint, path: DmaPath, isRing = false) {
    this.#endpoint = endpoint;
    this.#path = path;
    this.#isRing = isRing;
    this.rings = isRing ? this : new DmaPort(endpoint, path, true);
  }

  read(high: number, low: number, target: Uint8Array): void {
    if (target.length === 0) return;
    const { memory, store } = this.#path;
    const place = this.#locate(high, low, target.length, ACCESS_READ);
    if (place >= 0) {
      memory.read(0, place, target);
      return;
    }
    const count = this.#translate(high, low, target.length, ACCESS_READ);
    if (count === 1) memory.read(store.result.high(0), store.result.low(0), target);
    else this.#readPieces(this.#pieces(count, high, low, target.length, ACCESS_READ), target);
  }

  write(high: number, low: number, source: Uint8Array): void {
    if (source.length === 0) return;
    const { memory, store } = this.#path;
    const place = this.#locate(high, low, source.length, ACCESS_WRITE);
    if (place >= 0) {
      memory.write(0, place, source);
      return;
    }
    const count = this.#translate(high, low, source.length, ACCESS_WRITE);
    if (count === 1) memory.write(store.result.high(0), store.result.low(0), source);
    else this.#writeRest(count, high, low, source);
  }

  readU16(high: number, low: number): number {
    const place = this.#locate(high, low, 2, ACCESS_READ);
    if (place >= 0) return this.#path.memory.readU16(0, place);
    return this.#readWord(high, low, 2);
  }

  readU32(high: number, low: number): number {
    const place = this.#locate(high, low, 4, ACCESS_READ);
    if (place >= 0) return this.#path.memory.readU32(0, place);
    return this.#readWord(high, low, 4);
  }

  writeU16(high: number, low: number, value: number): void {
    const place = this.#locate(high, low, 2, ACCESS_WRITE);
    if (place >= 0) this.#path.memory.writeU16(0, place, value);
    else this.#writeWord(high, low, 2, value);
  }

  writeU32(high: number, low: number, value: number): void {
    const place = this.#locate(high, low, 4, ACCESS_WRITE);
    if (place >= 0) this.#path.memory.writeU32(0, place, value);
    else this.#writeWord(high, low, 4, value);
  }

  /**
   * Where an access of `length` bytes (1..MAX_TRANSLATE_LENGTH) goes, without moving a byte. Counted like an access; a
   * fault is recorded and reported to the driver like any other, and returned instead of thrown.
   */
  translate(high: number, low: number, length: number, access: Access): DmaOutcome {
    assert(length >= 1 && length <= MAX_TRANSLATE_LENGTH, `${length} bytes can be translated`);
    const count = this.#ask(high, low, length, access);
    if (count === TRANSLATE_DOORBELL) return { kind: 'doorbell' };
    const pieces =
      count === TRANSLATE_FAULT ? undefined : this.#collect(count, high, low, length, access);
    if (pieces === undefined) {
      return { kind: 'fault', fault: this.#report(high, low, length, access) };
    }
    const segments = pieces.map(({ high, low, from, to }) => ({
      address: toGpa(joinWords(high, low)),
      length: to - from,
    }));
    return { kind: 'memory', segments };
  }

  /** The store's short cut. */
  #locate(high: number, low: number, length: number, access: Access): number {
    const { domain, number, isSampled } = this.#endpoint;
    domain?.prepareAccess();
    const place = this.#path.store.locate(number, high, low, length, access);
    if (isSampled && place >= 0) this.#sample(high, low, length, access);
    return place;
  }

  /** The store's answer for a whole access. */
  #ask(high: number, low: number, length: number, access: Access): number {
    const { domain, number } = this.#endpoint;
    domain?.prepareAccess();
    return this.#path.store.translate(number, high, low, length, access);
  }

  /** `#ask` for an access that is made: throws when it faults. */
  #translate(high: number, low: number, length: number, access: Access): number {
    const count = this.#ask(high, low, length, access);
    if (count === TRANSLATE_FAULT) this.#fail(high, low, length, access);
    if (count > 0 && this.#endpoint.isSampled) this.#sample(high, low, length, access);
    return count;
  }

  #sample(high: number, low: number, length: number, access: Access): void {
    const { id: endpoint } = this.#endpoint;
    this.#endpoint.isSampled = false;
    this.#path.tellSample({ endpoint, high, low, length, access, isRing: this.#isRing });
  }

  /** `#collect` for an access that is made: throws when it faults. */
  #pieces(
    count: number,
    high: number,
    low: number,
    length: number,
    access: Access,
  ): readonly Piece[] {
    const pieces = this.#collect(count, high, low, length, access);
    return pieces ?? this.#fail(high, low, length, access);
  }

  /**
   * All pieces of an access that has a segment or more, asking again where one answer could not hold them; undefined
   * when a later part faults.
   */
  #collect(
    first: number,
    high: number,
    low: number,
    length: number,
    access: Access,
  ): readonly Piece[] | undefined {
    const { store } = this.#path;
    const { result } = store;
    const pieces: Piece[] = [];
    let from = 0;
    let count = first;
    for (; count !== TRANSLATE_FAULT;) {
      for (let index = 0; index < (count > 0 ? count : MAX_SEGMENTS); index += 1) {
        const to = from + result.length(index);
        pieces.push({ high: result.high(index), low: result.low(index), from, to });
        from = to;
      }
      if (count !== TRANSLATE_TOO_MANY) break;
      const nextHigh = addHigh(high, low, from);
      const nextLow = addLow(low, from);
      count = store.resume(this.#endpoint.number, nextHigh, nextLow, length - from, access);
    }
    const isTranslated = count !== TRANSLATE_FAULT;
    if (first === TRANSLATE_TOO_MANY) store.settle(this.#endpoint.number, isTranslated, length);
    return isTranslated ? pieces : undefined;
  }

  /**
   * A word that the short cut does not find. Where it lies in one piece it is one access, as memory-mapped I/O may
   * need.
   */
  #readWord(high: number, low: number, size: 2 | 4): number {
    const { memory, store } = this.#path;
    const { result } = store;
    const count = this.#translate(high, low, size, ACCESS_READ);
    if (count === 1) {
      if (size === 2) return memory.readU16(result.high(0), result.low(0));
      return memory.readU32(result.high(0), result.low(0));
    }
    const bytes = new Uint8Array(size);
    this.#readPieces(this.#pieces(count, high, low, size, ACCESS_READ), bytes);
    const view = new DataView(bytes.buffer);
    return size === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  }

  #writeWord(high: number, low: number, size: 2 | 4, value: number): void {
    const { memory, store } = this.#path;
    const { result } = store;
    const count = this.#translate(high, low, size, ACCESS_WRITE);
    if (count === 1) {
      if (size === 2) memory.writeU16(result.high(0), result.low(0), value);
      else memory.writeU32(result.high(0), result.low(0), value);
      return;
    }
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.#writeRest(count, high, low, bytes.subarray(0, size));
  }

  /** A write that is not one segment. */
  #writeRest(count: number, high: number, low: number, source: Uint8Array): void {
    if (count === TRANSLATE_DOORBELL) this.#path.ringDoorbell(this.#endpoint, high, low, source);
    else this.#writePieces(this.#pieces(count, high, low, source.length, ACCESS_WRITE), source);
  }

  #readPieces(pieces: readonly Piece[], target: Uint8Array): void {
    for (const { high, low, from, to } of pieces) {
      this.#path.memory.read(high, low, target.subarray(from, to));
    }
  }

  #writePieces(pieces: readonly Piece[], source: Uint8Array): void {
    const { memory } = this.#path;
    // A piece outside RAM must stop the write before an earlier piece lands
    if (!pieces.every(({ high, low, from, to }) => memory.contains(high, low, to - from))) {
      throw new BusError('a translated address lies outside RAM');
    }
    for (const { high, low, from, to } of pieces) {
      memory.write(high, low, source.subarray(from, to));
    }
  }

  #report(high: number, low: number, length: number, access: Access): FaultReport {
    const stopped = { high, low, length, access, isRing: this.#isRing };
    return this.#path.reportFault(this.#endpoint, stopped);
  }

  #fail(high: number, low: number, length: number, access: Access): never {
    this.#report(high, low, length, access);
    throw this.#path.refuse(this.#endpoint, length);
  }
}
