// How files are told apart.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 in hex. */
export function checksumOf(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/**
 * The same by the host's own, which is faster by far and leaves the thread free. A page that was not loaded safely has to
 * do without it.
 */
export async function hostChecksumOf(bytes: Uint8Array): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto.subtle;
  const { buffer, byteOffset, byteLength } = bytes;
  if (subtle === undefined || !(buffer instanceof ArrayBuffer)) return checksumOf(bytes);
  const view = new Uint8Array(buffer, byteOffset, byteLength);
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', view)));
}
