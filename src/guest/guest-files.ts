// Reads what a machine is started with: the project's images, checked, or the user's own files; and the WASM modules.

import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumOf } from '../machine/images/checksum.ts';
import { InputError, type GuestImages } from '../machine/images/guest-images.ts';
import {
  gunzip,
  ImageCorruptError,
  IMAGE_NAMES,
  contentChecksums,
  unpackImage,
  unpackImages,
  type ImageManifest,
  type ImageName,
} from '../machine/images/image-files.ts';
import { IMAGE_WORDS } from '../machine/plan/plan-differences.ts';
import { packageRoot } from './package-root.ts';

/** A file's path, or its bytes. */
export type FileSource = string | Uint8Array;

/** Images to take the place of the project's own; gzip is unpacked. */
export interface OwnImages {
  /** A Linux bzImage. */
  readonly kernel?: FileSource | undefined;
  /** An initramfs. */
  readonly initrd?: FileSource | undefined;
  /** A raw disk; the guest writes to copies. */
  readonly disk?: FileSource | undefined;
  /** Firmware that knows QEMU's fw_cfg, as SeaBIOS does. */
  readonly bios?: FileSource | undefined;
  readonly vgaBios?: FileSource | undefined;
}

/** Bytes of the user's own images. */
type GivenImages = Readonly<Partial<Record<ImageName, Uint8Array>>>;

const IMAGE_FOLDER = 'guest-images';

/** Bytes of a pipe at most, which may have no end. */
const MAX_PIPED = 512 << 20;
const PIECE = 1 << 20;

/**
 * Reads a file of the user's, or a pipe; `what` names it in messages. Rejects with `InputError`, also for a device such as
 * `/dev/zero`, and for a pipe that gives more than `maxPiped` bytes.
 */
export async function readInput(
  source: FileSource,
  what: string,
  maxPiped = MAX_PIPED,
): Promise<Uint8Array> {
  if (typeof source !== 'string') return source;
  try {
    const file = await open(source);
    try {
      const stats = await file.stat();
      if (stats.isCharacterDevice()) throw new InputError(`${source} is a device; give a file.`);
      return await (stats.isFile() || stats.isDirectory()
        ? file.readFile()
        : readPiped(file, source, maxPiped));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new InputError(`The ${what} cannot be read: ${fileTrouble(error, source)}`, {
      cause: error,
    });
  }
}

async function readPiped(file: FileHandle, path: string, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length <= most;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(PIECE), 0, PIECE, null);
    if (bytesRead === 0) return Buffer.concat(pieces);
    pieces.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  throw new InputError(`${path} gives more than ${most} bytes; give a file.`);
}

/** Why a file can not be used, at the end of a sentence. */
export function fileTrouble(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no file ${path}.`;
    case 'EISDIR':
      return `${path} is a directory; give a file.`;
    case 'ENXIO':
      return `${path} cannot be opened; give a file.`;
    case 'EACCES':
      return `${path} may not be read by this user.`;
    default:
      if (error instanceof InputError) return error.message;
      return `${path}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** The project's images, checked against guest-images/images.json, with the user's own in their place. */
export async function loadImages(own: OwnImages = {}): Promise<GuestImages> {
  // The user's files first: their mistakes are the likelier ones, and cheap to find.
  const given = await readAllOwn(own);
  const images = await loadBuiltImages();
  return { ...images, ...given, checksums: { ...images.checksums, ...checksumsOf(given) } };
}

/** SHA-256 of the user's images, unpacked. Rejects with `InputError` when one can not be read. */
export async function ownChecksums(
  own: OwnImages,
): Promise<Readonly<Partial<Record<ImageName, string>>>> {
  return checksumsOf(await readAllOwn(own));
}

async function readAllOwn(own: OwnImages): Promise<GivenImages> {
  const read = async (name: ImageName): Promise<GivenImages> => {
    const bytes = await readOwn(own[name], IMAGE_WORDS[name]);
    return bytes === undefined ? {} : { [name]: bytes };
  };
  return Object.assign({}, ...(await Promise.all(IMAGE_NAMES.map(read))));
}

function checksumsOf(images: GivenImages): Readonly<Partial<Record<ImageName, string>>> {
  return Object.fromEntries(
    Object.entries(images).map(([name, bytes]) => [name, checksumOf(bytes)]),
  );
}

async function readOwn(
  source: FileSource | undefined,
  what: string,
): Promise<Uint8Array | undefined> {
  if (source === undefined) return undefined;
  const bytes = await readInput(source, what);
  try {
    return await gunzip(bytes);
  } catch (cause) {
    throw new InputError(
      `The ${what} is a gzip file that is damaged or cut short. Copy or download it again.`,
      { cause },
    );
  }
}

/** The project's disk alone, and what all its images are. */
export async function loadDisk(): Promise<Pick<GuestImages, 'checksums' | 'disk'>> {
  const manifest = await readManifest();
  const disk = await unpackImage(manifest.disk, await readBuilt(manifest.disk.file));
  return { disk, checksums: contentChecksums(manifest) };
}

async function loadBuiltImages(): Promise<GuestImages> {
  const manifest = await readManifest();
  const read = async (name: ImageName): Promise<[ImageName, Uint8Array]> => [
    name,
    await readBuilt(manifest[name].file),
  ];
  const files: Record<ImageName, Uint8Array> = {
    ...NO_FILES,
    ...Object.fromEntries(await Promise.all(IMAGE_NAMES.map(read))),
  };
  return unpackImages(manifest, files);
}

const NOTHING = new Uint8Array();
const NO_FILES: Readonly<Record<ImageName, Uint8Array>> = {
  kernel: NOTHING,
  initrd: NOTHING,
  disk: NOTHING,
  bios: NOTHING,
  vgaBios: NOTHING,
};

async function readBuilt(file: string): Promise<Uint8Array> {
  try {
    return await readFile(join(packageRoot(), IMAGE_FOLDER, file));
  } catch (cause) {
    throw new Error(
      `The guest image ${IMAGE_FOLDER}/${file} is missing. Get it back with "git checkout ${IMAGE_FOLDER}" or build it with "npm run guest:build".`,
      { cause },
    );
  }
}

export async function readManifest(): Promise<ImageManifest> {
  const text = new TextDecoder().decode(await readBuilt('images.json'));
  const manifest: unknown = parseJson(text);
  if (isManifest(manifest)) return manifest;
  throw new ImageCorruptError(
    `${IMAGE_FOLDER}/images.json does not describe the images. Get it back with "git checkout ${IMAGE_FOLDER}".`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is ImageManifest {
  return (
    isRecord(value) &&
    IMAGE_NAMES.every((name) => {
      const image = value[name];
      return (
        isRecord(image) &&
        typeof image['file'] === 'string' &&
        typeof image['bytes'] === 'number' &&
        typeof image['sha256'] === 'string'
      );
    })
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
