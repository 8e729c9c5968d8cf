// AML name segments (ACPI 6.5, 20.2.2): four characters, padded with underscores.

import { assert } from '../../base/assert.ts';
import { Structure } from '../structure.ts';

const LENGTH = 4;
const PADDING = 0x5f;
const SEGMENT = /^[A-Z_][A-Z0-9_]{0,3}$/;

/** Encodes a name of one segment such as `_CRS` or `RTC`, relative to where it stands. */
export function nameSegment(name: string): Uint8Array {
  assert(SEGMENT.test(name), `'${name}' is an AML name segment`);
  const segment = new Structure(LENGTH);
  segment.ascii(0, name, LENGTH, PADDING);
  return segment.bytes;
}
