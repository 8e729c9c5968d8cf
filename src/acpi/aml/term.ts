// AML namespace declarations (ACPI 6.5, 20.2.5.1 and 20.2.5.2): Name, Scope, Device.

import { concatBytes } from '../structure.ts';
import { withPackageLength, type AmlTerm, type AmlValue } from './code.ts';
import { nameSegment } from './name-segment.ts';

const NAME_OP = 0x08;
const SCOPE_OP = 0x10;
const EXTENSION_PREFIX = 0x5b;
const DEVICE_OP = 0x82;

function term(...parts: readonly Uint8Array[]): AmlTerm {
  return { kind: 'term', bytes: concatBytes(parts) };
}

/** `Name (segment, value)`: a named object. */
export function name(segment: string, value: AmlValue): AmlTerm {
  return term(Uint8Array.of(NAME_OP), nameSegment(segment), value.bytes);
}

function block(segment: string, content: readonly AmlTerm[]): Uint8Array {
  return withPackageLength(
    concatBytes([nameSegment(segment), ...content.map((each) => each.bytes)]),
  );
}

/** `Scope (segment) { content }`: declarations inside an object that exists already. */
export function scope(segment: string, content: readonly AmlTerm[]): AmlTerm {
  return term(Uint8Array.of(SCOPE_OP), block(segment, content));
}

/** `Device (segment) { content }`. */
export function device(segment: string, content: readonly AmlTerm[]): AmlTerm {
  return term(Uint8Array.of(EXTENSION_PREFIX, DEVICE_OP), block(segment, content));
}
