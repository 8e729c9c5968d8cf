// The one memory seam: what a bus master can do, whatever stands between it and RAM.

import type { Address, Gpa } from './address.ts';

/** An access that did not complete (outside memory, or stopped by the IOMMU). The one exception on a device path. */
export class BusError extends Error {
  override readonly name = 'BusError';
}

/**
 * Bytes and little-endian words at 64-bit addresses, given as unsigned 32-bit halves (high, low).
 *
 * Guest RAM is an `AddressSpace<Gpa>`; one endpoint's view through the IOMMU is an `AddressSpace<Iova>`. The type
 * parameter keeps one from being used as the other. Every method throws `BusError` when any byte of the access is
 * refused, and then nothing was written. Words need no alignment.
 */
export interface AddressSpace<A extends Address> {
  /** For the compiler only: which kind of address this space is indexed by. */
  readonly addressKind?: A;

  /** The same space for a device's accesses to its rings, where somebody tells them from accesses to data. */
  readonly rings?: AddressSpace<A>;

  /** Fills `target` from the address on. */
  read(high: number, low: number, target: Uint8Array): void;

  /** Stores all of `source` from the address on. */
  write(high: number, low: number, source: Uint8Array): void;

  readU16(high: number, low: number): number;
  readU32(high: number, low: number): number;
  writeU16(high: number, low: number, value: number): void;
  writeU32(high: number, low: number, value: number): void;
}

/** Memory behind the IOMMU. */
export interface PhysicalMemory extends AddressSpace<Gpa> {
  /** Whether an access of `length` bytes would complete. Touches nothing: what is behind an address may care. */
  contains(high: number, low: number, length: number): boolean;
}
