// One endpoint's view of memory through the IOMMU: what a bus master gets in place of RAM.

import { assert } from '../base/assert.ts';
import { addHigh, addLow, joinWords } from '../base/words.ts';
import { BusError, type AddressSpace, type PhysicalMemory } from '../memory/address-space.ts';
import { toGpa, type Iova, type Segment } from '../memory/address.ts';
import type { FaultReport } from './codec.ts';
import type { Endpoint } from './endpoint-table.ts';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  MAX_SEGMENTS,
  MAX_TRANSLATE_LENGTH,
  TRANSLATE_FAULT,
  TRANSLATE_TOO_MANY,
  type Access,
} from './mapping-store.ts';
import { ROUTE_DOORBELL, ROUTE_IDENTITY, type Translator } from './translator.ts';

/** What all ports of one IOMMU share. */
export interface DmaPath {
  readonly memory: PhysicalMemory;
  readonly translator: Translator;
  /** Records and reports the translator's latest fault, and tells of it; `length` is that of the whole access. */
  reportFault(endpoint: Endpoint, access: Access, length: number): FaultReport;
  /** A message signalled interrupt of an endpoint; memory is out of its reach. */
  ringDoorbell(endpoint: Endpoint, high: number, low: number, message: Uint8Array): void;
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
  readonly #endpoint: Endpoint;
  readonly #path: DmaPath;

  constructor(endpoint: Endpoint, path: DmaPath) {
    this.#endpoint = endpoint;
    this.#path = path;
  }

  read(high: number, low: number, target: Uint8Array): void {
    if (target.length === 0) return;
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, target.length, ACCESS_READ);
    if (route === ROUTE_IDENTITY) memory.read(high, low, target);
    else if (route === 1)
      memory.read(translator.segments.high(0), translator.segments.low(0), target);
    else this.#readPieces(this.#pieces(route, high, low, target.length, ACCESS_READ), target);
  }

  write(high: number, low: number, source: Uint8Array): void {
    if (source.length === 0) return;
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, source.length, ACCESS_WRITE);
    if (route === ROUTE_IDENTITY) memory.write(high, low, source);
    else if (route === 1)
      memory.write(translator.segments.high(0), translator.segments.low(0), source);
    else this.#writeRest(route, high, low, source);
  }

  readU16(high: number, low: number): number {
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, 2, ACCESS_READ);
    if (route === ROUTE_IDENTITY) return memory.readU16(high, low);
    if (route === 1) return memory.readU16(translator.segments.high(0), translator.segments.low(0));
    const bytes = new Uint8Array(2);
    this.#readPieces(this.#pieces(route, high, low, 2, ACCESS_READ), bytes);
    return new DataView(bytes.buffer).getUint16(0, true);
  }

  readU32(high: number, low: number): number {
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, 4, ACCESS_READ);
    if (route === ROUTE_IDENTITY) return memory.readU32(high, low);
    if (route === 1) return memory.readU32(translator.segments.high(0), translator.segments.low(0));
    const bytes = new Uint8Array(4);
    this.#readPieces(this.#pieces(route, high, low, 4, ACCESS_READ), bytes);
    return new DataView(bytes.buffer).getUint32(0, true);
  }

  writeU16(high: number, low: number, value: number): void {
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, 2, ACCESS_WRITE);
    if (route === ROUTE_IDENTITY) memory.writeU16(high, low, value);
    else if (route === 1)
      memory.writeU16(translator.segments.high(0), translator.segments.low(0), value);
    else {
      const bytes = new Uint8Array(2);
      new DataView(bytes.buffer).setUint16(0, value, true);
      this.#writeRest(route, high, low, bytes);
    }
  }

  writeU32(high: number, low: number, value: number): void {
    const { memory, translator } = this.#path;
    const route = this.#route(high, low, 4, ACCESS_WRITE);
    if (route === ROUTE_IDENTITY) memory.writeU32(high, low, value);
    else if (route === 1)
      memory.writeU32(translator.segments.high(0), translator.segments.low(0), value);
    else {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      this.#writeRest(route, high, low, bytes);
    }
  }

  /**
   * Where an access of `length` bytes (1..MAX_TRANSLATE_LENGTH) goes, without moving a byte. Counted like an access; a
   * fault is recorded and reported to the driver like any other, and returned instead of thrown.
   */
  translate(high: number, low: number, length: number, access: Access): DmaOutcome {
    assert(length >= 1 && length <= MAX_TRANSLATE_LENGTH, `${length} bytes can be translated`);
    const route = this.#path.translator.route(this.#endpoint, high, low, length, access);
    if (route === ROUTE_DOORBELL) return { kind: 'doorbell' };
    if (route === ROUTE_IDENTITY) {
      this.#count(route, length);
      return { kind: 'memory', segments: [{ address: toGpa(joinWords(high, low)), length }] };
    }
    const pieces =
      route === TRANSLATE_FAULT ? undefined : this.#collect(route, high, low, length, access);
    if (pieces === undefined) return { kind: 'fault', fault: this.#refuse(access, length) };
    this.#count(route, length);
    const segments = pieces.map(({ high, low, from, to }) => ({
      address: toGpa(joinWords(high, low)),
      length: to - from,
    }));
    return { kind: 'memory', segments };
  }

  /** The translator's route of a whole access, counted; throws when it faults. */
  #route(high: number, low: number, length: number, access: Access): number {
    const route = this.#path.translator.route(this.#endpoint, high, low, length, access);
    if (route === TRANSLATE_FAULT) this.#fail(access, length);
    this.#count(route, length);
    return route;
  }

  #count(route: number, length: number): void {
    const { counters } = this.#endpoint;
    if (route === ROUTE_IDENTITY) {
      counters.bypassed += 1;
      counters.bypassedBytes += length;
    } else if (route > 0) {
      counters.translated += 1;
      counters.translatedBytes += length;
    }
  }

  /** `#collect` for an access that is made: throws when it faults. */
  #pieces(
    route: number,
    high: number,
    low: number,
    length: number,
    access: Access,
  ): readonly Piece[] {
    return this.#collect(route, high, low, length, access) ?? this.#fail(access, length);
  }

  /**
   * All pieces of an access that has a segment or more, asking again where one answer could not hold them; undefined
   * when a later part faults.
   */
  #collect(
    route: number,
    high: number,
    low: number,
    length: number,
    access: Access,
  ): readonly Piece[] | undefined {
    const { translator } = this.#path;
    const pieces: Piece[] = [];
    let from = 0;
    for (let count = route; ;) {
      const { segments } = translator;
      for (let index = 0; index < (count > 0 ? count : MAX_SEGMENTS); index += 1) {
        const to = from + segments.length(index);
        pieces.push({ high: segments.high(index), low: segments.low(index), from, to });
        from = to;
      }
      if (count !== TRANSLATE_TOO_MANY) break;
      const nextHigh = addHigh(high, low, from);
      const nextLow = addLow(low, from);
      count = translator.resume(this.#endpoint, nextHigh, nextLow, length - from, access);
      if (count === TRANSLATE_FAULT) return undefined;
    }
    if (route === TRANSLATE_TOO_MANY) this.#count(pieces.length, length);
    return pieces;
  }

  /** A write that is neither identity nor one segment. */
  #writeRest(route: number, high: number, low: number, source: Uint8Array): void {
    if (route === ROUTE_DOORBELL) this.#path.ringDoorbell(this.#endpoint, high, low, source);
    else this.#writePieces(this.#pieces(route, high, low, source.length, ACCESS_WRITE), source);
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

  #refuse(access: Access, length: number): FaultReport {
    const { counters } = this.#endpoint;
    counters.blocked += 1;
    counters.blockedBytes += length;
    return this.#path.reportFault(this.#endpoint, access, length);
  }

  #fail(access: Access, length: number): never {
    this.#refuse(access, length);
    throw new BusError(
      `the IOMMU stopped an access of endpoint ${this.#endpoint.id}, ${length} bytes`,
    );
  }
}
