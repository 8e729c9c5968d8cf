// Root System Description Table: 32-bit addresses of all tables but DSDT and FACS (ACPI 6.5, 5.2.7).

import { Structure } from './structure.ts';
import { buildTable, TABLE_HEADER_SIZE, type TableIdentity } from './table.ts';

const REVISION = 1;

/** Width of one entry in bytes. */
export const RSDT_ENTRY_SIZE = 4;

/** Offset, from the start of the RSDT, of its entry number `index`. */
export function rsdtEntryOffset(index: number): number {
  return TABLE_HEADER_SIZE + index * RSDT_ENTRY_SIZE;
}

/** `addresses` are where the tables are, or their offsets in a file that the firmware will relocate. */
export function buildRsdt(identity: TableIdentity, addresses: readonly number[]): Uint8Array {
  const entries = new Structure(addresses.length * RSDT_ENTRY_SIZE);
  addresses.forEach((address, index) => entries.u32(index * RSDT_ENTRY_SIZE, address));
  return buildTable('RSDT', REVISION, identity, entries.bytes);
}
