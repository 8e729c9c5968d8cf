// Reads what a machine is started with: the project's images, checked, or the user's own files; and the WASM modules.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { InputError, type GuestImages } from '../machine/images/guest-images.ts';
import {
  gunzip,
  ImageCorruptError,
  IMAGE_NAMES,
  unpackImages,
  type ImageManifest,
  type ImageName,
} from '../machine/images/image-files.ts';
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
}

const IMAGE_FOLDER = 'guest-images';

/** Reads a file of the user's; `what` names it in messages. Rejects with `InputError`. */
export async function readInput(source: FileSource, what: string): Promise<Uint8Array> {
  if (typeof source !== 'string') return source;
  try {
    return await readFile(source);
  } catch (error) {
    throw new InputError(`The ${what} can not be read: ${reason(error, source)}`, { cause: error });
  }
}

function reason(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `there is no file ${path}.`;
    case 'EISDIR':
      return `${path} is a directory; give a file.`;
    case 'EACCES':
      return `${path} may not be read by this user.`;
    default:
      return `${path}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** The project's images, checked against guest-images/images.json, with the user's own in their place. */
export async function loadImages(own: OwnImages = {}): Promise<GuestImages> {
  // The user's files first: their mistakes are the likelier ones, and cheap to find.
  const [kernel, initrd, disk] = await Promise.all([
    readOwn(own.kernel, 'kernel'),
    readOwn(own.initrd, 'initrd'),
    readOwn(own.disk, 'disk'),
  ]);
  const images = await loadBuiltImages();
  return {
    ...images,
    kernel: kernel ?? images.kernel,
    initrd: initrd ?? images.initrd,
    disk: disk ?? images.disk,
  };
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

async function readManifest(): Promise<ImageManifest> {
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

/** v86's own module, out of its npm package. */
export async function loadV86Wasm(): Promise<WebAssembly.Module> {
  const require = createRequire(join(packageRoot(), 'package.json'));
  return new WebAssembly.Module(
    new Uint8Array(await readFile(require.resolve('v86/build/v86.wasm'))),
  );
}

/** The mapping store. Rejects with an `Error` that says how to build it when it is not there. */
export async function loadStoreWasm(): Promise<WebAssembly.Module> {
  const path = join(packageRoot(), 'wasm', 'build', 'store.wasm');
  try {
    return new WebAssembly.Module(new Uint8Array(await readFile(path)));
  } catch (cause) {
    throw new Error(
      'The mapping store wasm/build/store.wasm is not built. Build it with "npm run build:wasm".',
      { cause },
    );
  }
}
