// From the files in guest-images/ to the bytes a machine starts with: fetch, verify, unpack.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { GuestImages } from './guest-images.ts';

/** One file as guest-images/images.json describes it. */
export interface ImageFile {
  /** Name in guest-images/. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the file in hex. */
  readonly sha256: string;
}

/** The part of guest-images/images.json that a start needs. */
export interface ImageManifest {
  readonly kernel: ImageFile;
  readonly initrd: ImageFile;
  readonly disk: ImageFile;
  readonly bios: ImageFile;
  readonly vgaBios: ImageFile;
}

export type ImageName = keyof ImageManifest;
export const IMAGE_NAMES = ['kernel', 'initrd', 'disk', 'bios', 'vgaBios'] as const;

/** An image is not what its checksum says; the message names it and what to do. */
export class ImageCorruptError extends Error {
  override readonly name = 'ImageCorruptError';
}

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Throws `ImageCorruptError` unless the bytes are the described file's. */
export function verifyImage(image: ImageFile, bytes: Uint8Array): void {
  if (bytes.length !== image.bytes) {
    throw new ImageCorruptError(
      `${image.file} has ${bytes.length} bytes and should have ${image.bytes}: it was cut short or changed. Get it again.`,
    );
  }
  if (bytesToHex(sha256(bytes)) !== image.sha256) {
    throw new ImageCorruptError(
      `${image.file} does not match its checksum: it was damaged or changed. Get it again.`,
    );
  }
}

/** The bytes, unpacked if they are gzip. Rejects with an `Error` when they are damaged gzip. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) return bytes;
  const stream = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Verifies and unpacks all images. Rejects with `ImageCorruptError`. */
export async function unpackImages(
  manifest: ImageManifest,
  files: Readonly<Record<ImageName, Uint8Array>>,
): Promise<GuestImages> {
  for (const name of IMAGE_NAMES) verifyImage(manifest[name], files[name]);
  const [initrd, disk] = await Promise.all([gunzip(files.initrd), gunzip(files.disk)]);
  return { ...files, initrd, disk };
}
