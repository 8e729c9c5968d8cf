// A user's own file: read piece by piece, unpacked where it is to be, and no more of it than the machine takes.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { InputError } from './guest-images.ts';

/** What a file is read for: its name in messages, as in "The kernel", and the most bytes that it may have, unpacked. */
export interface FileUse {
  readonly what: string;
  readonly maxBytes: number;
  /** Whether a gzip file stands for what it holds. */
  readonly unpacks: boolean;
}

/** What is known of a file once it was read, all of it of the unpacked bytes. */
export interface MeasuredFile {
  readonly length: number;
  /** In hex. */
  readonly sha256: string;
  /** The first bytes, up to `BEGINNING_BYTES`. */
  readonly beginning: Uint8Array;
}

/** As much of a file as is kept of what was only measured. */
const BEGINNING_BYTES = 1024;
const MIB = 1 << 20;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Length and checksum of a file, whose bytes are not kept. Rejects with `InputError` for one that cannot be used. */
export async function measureFile(file: Blob, use: FileUse): Promise<MeasuredFile> {
  const hash = sha256.create();
  const beginning = new Uint8Array(BEGINNING_BYTES);
  let length = 0;
  await readPieces(file, use, (piece) => {
    if (length < BEGINNING_BYTES)
      beginning.set(piece.subarray(0, BEGINNING_BYTES - length), length);
    hash.update(piece);
    length += piece.length;
  });
  return {
    length,
    sha256: bytesToHex(hash.digest()),
    beginning: beginning.subarray(0, Math.min(length, BEGINNING_BYTES)),
  };
}

/** The bytes of a file, unpacked. Rejects with `InputError` for one that cannot be used. */
export async function readOwnFile(file: Blob, use: FileUse): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  await readPieces(file, use, (piece) => pieces.push(piece));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

async function readPieces(
  file: Blob,
  use: FileUse,
  take: (piece: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const isPacked = use.unpacks && (await beginsAsGzip(file, use));
  if (!isPacked && file.size > use.maxBytes) refuseSize(use);
  const stream = isPacked
    ? file.stream().pipeThrough(new DecompressionStream('gzip'))
    : file.stream();
  const reader = stream.getReader();
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read().catch((cause: unknown) => {
      throw isPacked ? damaged(use, cause) : unreadable(use, cause);
    });
    if (done) return;
    length += value.length;
    if (length > use.maxBytes) {
      await reader.cancel();
      refuseSize(use);
    }
    take(value);
  }
}

async function beginsAsGzip(file: Blob, use: FileUse): Promise<boolean> {
  const buffer = await file
    .slice(0, GZIP_MAGIC.length)
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw unreadable(use, cause);
    });
  const bytes = new Uint8Array(buffer);
  return GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
}

function refuseSize({ what, maxBytes }: FileUse): never {
  const limit =
    maxBytes < MIB ? `${maxBytes / 1024} KiB` : `${Math.floor((maxBytes / MIB) * 10) / 10} MiB`;
  throw new InputError(`${what} is too large: the machine takes at most ${limit}.`);
}

function damaged({ what }: FileUse, cause: unknown): InputError {
  return new InputError(
    `${what} is a gzip file that is damaged or cut short. Copy or download it again.`,
    { cause },
  );
}

function unreadable({ what }: FileUse, cause: unknown): InputError {
  return new InputError(
    `${what} cannot be read. It may have changed or gone since it was chosen, or be a folder: choose the file again.`,
    { cause },
  );
}
