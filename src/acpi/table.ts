// The header that all ACPI tables share, and the checksum (ACPI 6.5, 5.2.6).
//
//   0         4        8     9          10       16             24            28          32           36
//   | signature | length | rev | checksum | OEM ID | OEM table ID | OEM revision | creator ID | creator rev |

import { assert } from '../base/assert.ts';
import { concatBytes, Structure } from './structure.ts';

const SIGNATURE = 0;
const LENGTH = 4;
const REVISION = 8;
const OEM_ID = 10;
const OEM_TABLE_ID = 16;
const OEM_REVISION = 24;
const CREATOR_ID = 28;
const CREATOR_REVISION = 32;

/** Offset of the checksum byte in every table with the common header. */
export const TABLE_CHECKSUM = 9;
/** Length of the common header in bytes; a table's own fields begin here. */
export const TABLE_HEADER_SIZE = 36;

const SIGNATURE_LENGTH = 4;
const OEM_ID_LENGTH = 6;
const OEM_TABLE_ID_LENGTH = 8;
const CREATOR_ID_LENGTH = 4;
const SPACE = 0x20;

/** Who made the tables; the same for all tables of one machine. */
export interface TableIdentity {
  /** At most 6 characters; padded with spaces. */
  readonly oemId: string;
  /** At most 8 characters; padded with spaces. */
  readonly oemTableId: string;
  readonly oemRevision: number;
  /** The program that made the table: at most 4 characters. */
  readonly creatorId: string;
  readonly creatorRevision: number;
}

/** The sum of all bytes modulo 256; 0 for a table whose checksum is right. */
export function byteSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}

/** Sets the byte at `checksumOffset` so that all of `bytes` sum to zero. */
export function updateChecksum(bytes: Uint8Array, checksumOffset: number): void {
  bytes[checksumOffset] = 0;
  bytes[checksumOffset] = (0x100 - byteSum(bytes)) & 0xff;
}

/** A whole table: header with length and checksum filled in, then `body` (what follows offset 36). */
export function buildTable(
  signature: string,
  revision: number,
  identity: TableIdentity,
  body: Uint8Array,
): Uint8Array {
  assert(signature.length === SIGNATURE_LENGTH, `'${signature}' has four characters`);
  const header = new Structure(TABLE_HEADER_SIZE);
  header.ascii(SIGNATURE, signature, SIGNATURE_LENGTH, 0);
  header.u32(LENGTH, TABLE_HEADER_SIZE + body.length);
  header.u8(REVISION, revision);
  header.ascii(OEM_ID, identity.oemId, OEM_ID_LENGTH, SPACE);
  header.ascii(OEM_TABLE_ID, identity.oemTableId, OEM_TABLE_ID_LENGTH, SPACE);
  header.u32(OEM_REVISION, identity.oemRevision);
  header.ascii(CREATOR_ID, identity.creatorId, CREATOR_ID_LENGTH, SPACE);
  header.u32(CREATOR_REVISION, identity.creatorRevision);

  const table = concatBytes([header.bytes, body]);
  updateChecksum(table, TABLE_CHECKSUM);
  return table;
}
