// The kinds of AML (ACPI machine language, ACPI 6.5, chapter 20) that the encoder tells apart, and package lengths.

import { concatBytes } from '../structure.ts';

/** A statement or declaration: what may stand in a table, a scope or a device. */
export interface AmlTerm {
  readonly kind: 'term';
  readonly bytes: Uint8Array;
}

/** A data object: what may stand after a name or in a package. */
export interface AmlValue {
  readonly kind: 'value';
  readonly bytes: Uint8Array;
}

/** One resource descriptor: what may stand in a resource template. */
export interface AmlResource {
  readonly kind: 'resource';
  readonly bytes: Uint8Array;
}

// PkgLength (20.2.4): one byte holds 6 bits of length; with n more bytes, the first one has n in bits 7-6 and
// the lowest 4 bits of the length. The length counts the PkgLength itself.
const SINGLE_BYTE_LIMIT = 1 << 6;
const LEAD_BITS = 4;
const FOLLOW_COUNT_SHIFT = 6;
const MAX_FOLLOW_BYTES = 3;

function followBytes(contentLength: number): number {
  for (let follow = 1; follow <= MAX_FOLLOW_BYTES; follow++) {
    if (contentLength + 1 + follow < 2 ** (LEAD_BITS + 8 * follow)) return follow;
  }
  throw new Error(`internal error: ${contentLength} bytes do not fit an AML package`);
}

/** `content` preceded by the PkgLength that covers both. */
export function withPackageLength(content: Uint8Array): Uint8Array {
  if (content.length + 1 < SINGLE_BYTE_LIMIT) {
    return concatBytes([Uint8Array.of(content.length + 1), content]);
  }
  const follow = followBytes(content.length);
  const length = content.length + 1 + follow;
  const lead = (follow << FOLLOW_COUNT_SHIFT) | (length & ((1 << LEAD_BITS) - 1));
  const rest = Array.from({ length: follow }, (_, i) => (length >>> (LEAD_BITS + 8 * i)) & 0xff);
  return concatBytes([Uint8Array.of(lead, ...rest), content]);
}
