// Fetches the guest's files with progress, verified against the manifest that was built with the page.

import manifest from '../../../guest-images/images.json' with { type: 'json' };
import {
  contentChecksums,
  IMAGE_NAMES,
  unpackImage,
  type ImageName,
} from '../../machine/images/image-files.ts';
import type { GuestImages } from '../../machine/images/guest-images.ts';

/** A file could not be fetched; the message names it and what to do. */
export class ImageMissingError extends Error {
  override readonly name = 'ImageMissingError';
}

/** So many bytes more have come of a file: none when it is asked for, and none when it is whole. */
export type OnLoaded = (bytes: number, file: string, isWhole: boolean) => void;

/** Bytes of all image files; a server that unpacks them on the way sends more. */
export const IMAGE_BYTES = IMAGE_NAMES.reduce((sum, name) => sum + manifest[name].bytes, 0);

/** The addresses of the images alone. */
type ImagesOnly = Readonly<Record<ImageName, string>>;

/** Gets the pieces of a file as they come. */
type OnPiece = (piece: Uint8Array) => void;

const unheard = (): void => undefined;

/** A file on its way. */
interface Download {
  readonly name: string;
  readonly response: Response;
  readonly body: ReadableStream<Uint8Array>;
}

function brokeOff(name: string, cause: unknown): ImageMissingError {
  return new ImageMissingError(`${name} broke off while it was fetched. Try again.`, { cause });
}

async function beginDownload(url: string, onBytes: OnLoaded): Promise<Download> {
  const name = new URL(url, globalThis.location.href).pathname.split('/').at(-1) ?? url;
  onBytes(0, name, false);
  const response = await fetch(url).catch((cause: unknown) => {
    throw new ImageMissingError(
      `${name} could not be fetched: the server did not answer. Check the connection and try again.`,
      { cause },
    );
  });
  // A server that answers unknown paths with its front page has not got the file either.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
  const { body } = response;
  if (!response.ok || isPage || body === null) {
    throw new ImageMissingError(
      `${name} is not on the server (HTTP ${response.status}). Build or deploy the page again with its images.`,
    );
  }
  return { name, response, body };
}

async function readBody(
  { name, body }: Download,
  onBytes: OnLoaded,
  onPiece: OnPiece = unheard,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read().catch((cause: unknown) => {
      throw brokeOff(name, cause);
    });
    if (done) break;
    chunks.push(value);
    length += value.length;
    onBytes(value.length, name, false);
    onPiece(value);
  }
  onBytes(0, name, true);
  const whole = new Uint8Array(length);
  let start = 0;
  for (const chunk of chunks) {
    whole.set(chunk, start);
    start += chunk.length;
  }
  return whole;
}

/** The file at a URL. Rejects with `ImageMissingError`. */
export async function fetchFile(
  url: string,
  onBytes: OnLoaded,
  onPiece?: OnPiece,
): Promise<Uint8Array<ArrayBuffer>> {
  return readBody(await beginDownload(url, onBytes), onBytes, onPiece);
}

/** The module at a URL, compiled while it comes where the server calls it one. Rejects with `ImageMissingError`. */
export async function fetchModule(url: string, onBytes: OnLoaded): Promise<WebAssembly.Module> {
  const download = await beginDownload(url, onBytes);
  const { name, response } = download;
  if (response.headers.get('content-type') !== 'application/wasm') {
    return WebAssembly.compile(await readBody(download, onBytes));
  }
  try {
    const compiled = await WebAssembly.compileStreaming(response);
    onBytes(Number(response.headers.get('content-length') ?? 0), name, true);
    return compiled;
  } catch (cause) {
    throw cause instanceof WebAssembly.CompileError ? cause : brokeOff(name, cause);
  }
}

/** The disk alone, and what all images are. Rejects with `ImageMissingError` or `ImageCorruptError`. */
export async function downloadDisk(
  urls: Pick<ImagesOnly, 'disk'>,
  onBytes: OnLoaded,
): Promise<Pick<GuestImages, 'checksums' | 'disk'>> {
  const disk = await unpackImage(manifest.disk, await fetchFile(urls.disk, onBytes));
  return { disk, checksums: contentChecksums(manifest) };
}

/** Images that need not be fetched, and what they are told apart by. */
export interface GivenImages {
  readonly bytes: Readonly<Partial<Record<ImageName, Uint8Array>>>;
  readonly checksums: Readonly<Partial<Record<ImageName, string>>>;
}

/** All images, fetched side by side but the given ones. Rejects with `ImageMissingError` or `ImageCorruptError`. */
export async function downloadImages(
  urls: ImagesOnly,
  onBytes: OnLoaded,
  onVerify: () => void,
  given: GivenImages = { bytes: {}, checksums: {} },
): Promise<GuestImages> {
  const files = await Promise.all(
    IMAGE_NAMES.filter((name) => given.bytes[name] === undefined).map(
      async (name) => [name, await fetchFile(urls[name], onBytes)] as const,
    ),
  );
  onVerify();
  const byName = new Map(files);
  const complete = async (name: ImageName): Promise<Uint8Array> =>
    given.bytes[name] ?? unpackImage(manifest[name], byName.get(name) ?? new Uint8Array());
  const [kernel, initrd, disk, bios, vgaBios] = await Promise.all([
    complete('kernel'),
    complete('initrd'),
    complete('disk'),
    complete('bios'),
    complete('vgaBios'),
  ]);
  const checksums = { ...contentChecksums(manifest), ...given.checksums };
  return { kernel, initrd, disk, bios, vgaBios, checksums };
}
