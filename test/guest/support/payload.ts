// Bytes that the guest and the host both know, and their fingerprints.

import { createHash } from 'node:crypto';

export const MIB = 1 << 20;

/** MD5 as the guest's md5sum prints it. */
export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Bytes in which no page is like another: a hash of each block's number. */
export function distinctBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 64) {
    const block = createHash('sha512').update(String(offset)).digest();
    bytes.set(block.subarray(0, Math.min(64, length - offset)), offset);
  }
  return bytes;
}

/** The file of the tests' 9p share. */
export const SHARED_FILE = 'payload.bin';
export const SHARED_BYTES = distinctBytes(4 * MIB);
