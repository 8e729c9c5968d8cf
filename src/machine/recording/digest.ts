// A run in four numbers: equal for two machines that were built alike and to which the same was done.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Hasher } from '../plan/machine-options.ts';
import type { GuestMemory } from '../v86/guest-memory.ts';
import { PAGE_BYTES } from '../v86/memory-pages.ts';
import type { RunDigest } from './run-digest.ts';
import type { RunLog } from './run-log.ts';

const HEAD_BYTES = 4;

/** SHA-256 where the host's own does not answer at once. */
export function ownSha256(): Hasher {
  return sha256.create();
}

/** SHA-256 of guest RAM: of each page that is not all zero, behind its number. */
export function hashMemory(memory: Pick<GuestMemory, 'forEachPage'>, hash: Hasher): string {
  const piece = new Uint8Array(HEAD_BYTES + PAGE_BYTES);
  const view = new DataView(piece.buffer);
  memory.forEachPage((number, page) => {
    view.setUint32(0, number, true);
    piece.set(page, HEAD_BYTES);
    hash.update(piece);
  });
  return bytesToHex(hash.digest());
}

/** `instructions` since power on; `createSha256` is the host's own, if it has one. */
export function digestOf(
  log: RunLog,
  memory: GuestMemory,
  instructions: number,
  createSha256 = ownSha256,
): RunDigest {
  const { events, console } = log.hashes();
  const parts = {
    events,
    console,
    memory: hashMemory(memory, createSha256()),
    eventCount: log.eventCount,
    instructions,
  };
  const digest = bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(parts))));
  return { digest, ...parts };
}
