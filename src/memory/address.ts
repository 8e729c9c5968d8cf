// The two address types and the two forms a stretch of addresses takes.
//
// A range is inclusive, { start, end }, as on the wire: it can name the last byte of a 64-bit space.
// A segment is { address, length } with a length in bytes. There is no third form.

import type { Brand } from '../base/brand.ts';

/** Guest-physical address, 64 bits. */
export type Gpa = Brand<bigint, 'Gpa'>;

/** I/O virtual address, 64 bits: what an endpoint puts on the bus. */
export type Iova = Brand<bigint, 'Iova'>;

/** Any address of a bus. */
export type Address = Gpa | Iova;

/** The highest 64-bit address. */
export const MAX_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Makes a guest-physical address; keeps the low 64 bits. */
export function toGpa(value: bigint): Gpa {
  return BigInt.asUintN(64, value) as Gpa;
}

/** Makes an I/O virtual address; keeps the low 64 bits. */
export function toIova(value: bigint): Iova {
  return BigInt.asUintN(64, value) as Iova;
}

/** Inclusive range of addresses, start <= end. */
export interface AddressRange<A extends Address> {
  readonly start: A;
  readonly end: A;
}

/** Some bytes of guest-physical memory. */
export interface Segment {
  readonly address: Gpa;
  /** In bytes. */
  readonly length: number;
}
