// From the files in guest-images/ to the bytes a machine starts with: fetch, verify, unpack.

import { hostChecksumOf } from './checksum.ts';
import type { GuestImages } from './guest-images.ts';

/** One file as guest-images/images.json describes it. */
export interface ImageFile {
  /** Name in guest-images/. */
  readonly file: string;
  /** Length of the file, and its SHA-256 in hex. */
  readonly bytes: number;
  readonly sha256: string;
  /** The same of what a compressed file holds. */
  readonly plainBytes?: number;
  readonly plainSha256?: string;
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

/** SHA-256 of what the file holds, unpacked. */
function contentChecksum(image: ImageFile): string {
  return image.plainSha256 ?? image.sha256;
}

/** Rejects with `ImageCorruptError` unless the unpacked bytes are the described file's content. */
export async function verifyContent(image: ImageFile, content: Uint8Array): Promise<void> {
  const bytes = image.plainBytes ?? image.bytes;
  if (content.length !== bytes) {
    throw new ImageCorruptError(
      `${image.file} holds ${content.length} bytes and should hold ${bytes}: it was cut short or changed. Get it again.`,
    );
  }
  if ((await hostChecksumOf(content)) !== contentChecksum(image)) {
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

/**
 * Unpacks and verifies one image. A server may have unpacked a compressed file on the way, as the header
 * Content-Encoding allows; both forms are taken. Rejects with `ImageCorruptError`.
 */
export async function unpackImage(image: ImageFile, bytes: Uint8Array): Promise<Uint8Array> {
  const content = await gunzip(bytes).catch((cause: unknown) => {
    throw new ImageCorruptError(`${image.file} cannot be unpacked: it was damaged. Get it again.`, {
      cause,
    });
  });
  await verifyContent(image, content);
  return content;
}

/** Unpacks and verifies all images. Rejects with `ImageCorruptError`. */
export async function unpackImages(
  manifest: ImageManifest,
  files: Readonly<Record<ImageName, Uint8Array>>,
): Promise<GuestImages> {
  const unpack = (name: ImageName): Promise<Uint8Array> => unpackImage(manifest[name], files[name]);
  const [kernel, initrd, disk, bios, vgaBios] = await Promise.all([
    unpack('kernel'),
    unpack('initrd'),
    unpack('disk'),
    unpack('bios'),
    unpack('vgaBios'),
  ]);
  return { kernel, initrd, disk, bios, vgaBios, checksums: contentChecksums(manifest) };
}

/** What each image is told apart by, unpacked. */
export function contentChecksums(manifest: ImageManifest): Readonly<Record<ImageName, string>> {
  return {
    kernel: contentChecksum(manifest.kernel),
    initrd: contentChecksum(manifest.initrd),
    disk: contentChecksum(manifest.disk),
    bios: contentChecksum(manifest.bios),
    vgaBios: contentChecksum(manifest.vgaBios),
  };
}
