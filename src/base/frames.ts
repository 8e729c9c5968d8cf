// Pieces of a file, each with a checksum of its own, so that a file which was cut short is whole up to its last whole piece.
//
//   frame: kind (1)  length (4, little-endian)  first 4 bytes of the SHA-256 of kind and bytes (4)  bytes (length)

import { sha256 } from '@noble/hashes/sha2.js';

export interface Frame {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 9;
const LENGTH_AT = 1;
const CHECK_AT = 5;
const CHECK_BYTES = HEAD_BYTES - CHECK_AT;

function checkOf(kind: number, bytes: Uint8Array): Uint8Array {
  return sha256
    .create()
    .update(Uint8Array.of(kind))
    .update(bytes)
    .digest()
    .subarray(0, CHECK_BYTES);
}

/** Bytes as a frame. */
export function frame(kind: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(HEAD_BYTES + bytes.length);
  framed[0] = kind;
  new DataView(framed.buffer).setUint32(LENGTH_AT, bytes.length, true);
  framed.set(checkOf(kind, bytes), CHECK_AT);
  framed.set(bytes, HEAD_BYTES);
  return framed;
}

/** Bytes of the whole frame that begins with these; undefined while they are too few to say. */
export function frameLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return HEAD_BYTES + view.getUint32(LENGTH_AT, true);
}

/** The frame that these bytes are, whole; undefined when its checksum is wrong. Its bytes are a view. */
export function readFrame(whole: Uint8Array): Frame | undefined {
  const kind = whole[0] ?? 0;
  const bytes = whole.subarray(HEAD_BYTES);
  const isWhole = checkOf(kind, bytes).every((byte, index) => whole[CHECK_AT + index] === byte);
  return isWhole ? { kind, bytes } : undefined;
}

/** The whole frames of a file from a place on; stops at the first that is not. */
export function* framesOf(file: Uint8Array, start: number): Iterable<Frame> {
  for (let at = start; ;) {
    const length = frameLength(file.subarray(at));
    if (length === undefined || at + length > file.length) return;
    const read = readFrame(file.subarray(at, at + length));
    if (read === undefined) return;
    yield read;
    at += length;
  }
}
