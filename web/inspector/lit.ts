// Bytes, fields and rules light each other: what is lit by what a person points at.

import type { Requirement } from '../conformance/requirement.ts';
import type { ByteBlock, FieldView } from './inspected.ts';

/** A field, or a rule, that is pointed at. */
export type Pointed =
  | { readonly kind: 'field'; readonly field: FieldView }
  | { readonly kind: 'rule'; readonly rule: Requirement };

export function isFieldLit(pointed: Pointed | null, { id, key }: FieldView): boolean {
  if (pointed === null) return false;
  if (pointed.kind === 'field') return pointed.field.id === id;
  return pointed.rule.fields?.includes(key) === true;
}

export function isRuleLit(pointed: Pointed | null, rule: Requirement): boolean {
  if (pointed === null) return false;
  if (pointed.kind === 'rule') return pointed.rule.id === rule.id;
  return rule.fields?.includes(pointed.field.key) === true;
}

/** Bytes of one field, or bytes that belong to none. */
export interface BytePiece {
  readonly field: FieldView | null;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** All bytes of a block, one piece after the other. */
export function piecesOf({
  bytes,
  fields,
}: Pick<ByteBlock, 'bytes' | 'fields'>): readonly BytePiece[] {
  const pieces: BytePiece[] = [];
  let at = 0;
  const addGap = (end: number): void => {
    if (end > at) pieces.push({ field: null, offset: at, bytes: bytes.subarray(at, end) });
  };
  for (const field of fields) {
    const end = Math.min(bytes.length, field.offset + field.size);
    if (field.offset >= end) continue;
    addGap(field.offset);
    pieces.push({ field, offset: field.offset, bytes: bytes.subarray(field.offset, end) });
    at = end;
  }
  addGap(bytes.length);
  return pieces;
}

/** Bytes of one value that are told once, where there are more. */
const FEW = 8;

/** `00 10 f0`, and `00 … (64 bytes)` of many that are equal. */
export function hexWords(bytes: Uint8Array): string {
  const [first] = bytes;
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  if (first !== undefined && bytes.length > FEW && bytes.every((byte) => byte === first)) {
    return `${hex(first)} … (${bytes.length} bytes)`;
  }
  return Array.from(bytes, hex).join(' ');
}
