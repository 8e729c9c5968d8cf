// Root System Description Pointer, the 20 bytes of ACPI 1.0 (ACPI 6.5, 5.2.5.3): it leads to the RSDT.
//
//   0            8          9        15         16             20
//   | "RSD PTR " | checksum | OEM ID | revision | RSDT address |

import { Structure } from './structure.ts';
import { updateChecksum } from './table.ts';

const SIGNATURE = 0;
const OEM_ID = 9;
const REVISION = 15;

/** Offset of the checksum byte. */
export const RSDP_CHECKSUM = 8;
/** Offset of the RSDT's 32-bit guest-physical address. */
export const RSDP_RSDT_ADDRESS = 16;
/** Length in bytes. */
export const RSDP_SIZE = 20;
/** The pointer is searched on 16-byte boundaries (ACPI 6.5, 5.2.5.1). */
export const RSDP_ALIGNMENT = 16;

const SIGNATURE_TEXT = 'RSD PTR ';
const OEM_ID_LENGTH = 6;
const SPACE = 0x20;
// Revision 0: no XSDT. All our tables lie below 4 GiB, and 32-bit guests read no more than this.
const REVISION_ACPI_1 = 0;

/** `rsdtAddress` is where the RSDT is, or its offset in a file that the firmware will relocate. */
export function buildRsdp(oemId: string, rsdtAddress: number): Uint8Array {
  const rsdp = new Structure(RSDP_SIZE);
  rsdp.ascii(SIGNATURE, SIGNATURE_TEXT, SIGNATURE_TEXT.length, 0);
  rsdp.ascii(OEM_ID, oemId, OEM_ID_LENGTH, SPACE);
  rsdp.u8(REVISION, REVISION_ACPI_1);
  rsdp.u32(RSDP_RSDT_ADDRESS, rsdtAddress);
  updateChecksum(rsdp.bytes, RSDP_CHECKSUM);
  return rsdp.bytes;
}
