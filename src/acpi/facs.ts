// Firmware ACPI Control Structure: the waking vector and the global lock, both unused here but required
// by the FADT (ACPI 6.5, 5.2.10). It has no common header and no checksum.

import { Structure } from './structure.ts';

const SIGNATURE = 0;
const LENGTH = 4;
const VERSION = 32;

/** Length in bytes. */
export const FACS_SIZE = 64;
/** The FACS lies on a 64-byte boundary. */
export const FACS_ALIGNMENT = 64;

const SIGNATURE_TEXT = 'FACS';
const VERSION_ACPI_2 = 1;

/** A FACS without waking vector, its global lock free. */
export function buildFacs(): Uint8Array {
  const facs = new Structure(FACS_SIZE);
  facs.ascii(SIGNATURE, SIGNATURE_TEXT, SIGNATURE_TEXT.length, 0);
  facs.u32(LENGTH, FACS_SIZE);
  facs.u8(VERSION, VERSION_ACPI_2);
  return facs.bytes;
}
