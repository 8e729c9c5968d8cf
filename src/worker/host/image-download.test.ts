import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageCorruptError, IMAGE_NAMES } from '../../machine/images/image-files.ts';
import type { ImageUrls } from '../api/power.ts';
import { downloadImages, fetchFile, IMAGE_BYTES, ImageMissingError } from './image-download.ts';

const PAGE = 'https://example.org/demo/index.html';
const IMAGES = join(import.meta.dirname, '../../../guest-images');
const URLS: ImageUrls = {
  v86Wasm: 'assets/v86.wasm',
  storeWasm: 'assets/store.wasm',
  kernel: 'assets/bzImage',
  initrd: 'assets/rootfs.cpio.gz',
  disk: 'assets/disk.img.gz',
  bios: 'assets/seabios.bin',
  vgaBios: 'assets/vgabios.bin',
  snapshot: 'assets/guest.snapshot',
};

type Serve = (url: string) => Response | Promise<Response>;

function serve(answer: Serve): void {
  vi.stubGlobal('fetch', async (url: string) => answer(url));
}

const fromDisk: Serve = (url) =>
  new Response(new Uint8Array(readFileSync(join(IMAGES, url.split('/').at(-1) ?? ''))));

/** A body of these chunks, and then an error. */
function broken(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull: (controller) => {
      const chunk = left.shift();
      if (chunk === undefined) controller.error(new TypeError('network error'));
      else controller.enqueue(chunk);
    },
  });
}

beforeEach(() => {
  vi.stubGlobal('location', { href: PAGE });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('fetchFile', () => {
  it('returns the bytes and tells of each chunk, and when it begins and is whole', async () => {
    serve(() => new Response(Uint8Array.of(1, 2, 3)));
    const loaded: unknown[] = [];
    const file = await fetchFile('a.bin', (...news) => loaded.push(news));
    expect(file).toEqual(Uint8Array.of(1, 2, 3));
    expect(loaded).toEqual([
      [0, 'a.bin', false],
      [3, 'a.bin', false],
      [0, 'a.bin', true],
    ]);
  });

  it.each<[string, Serve, RegExp]>([
    [
      'a missing file',
      () => new Response('gone', { status: 404 }),
      /^bzImage is not on the server \(HTTP 404\)/,
    ],
    ['a failing server', () => new Response('', { status: 503 }), /HTTP 503/],
    [
      'the front page in place of the file',
      () =>
        new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=x' } }),
      /^bzImage is not on the server/,
    ],
    ['a response without a body', () => new Response(null), /^bzImage is not on the server/],
    [
      'no answer',
      () => Promise.reject(new TypeError('failed to fetch')),
      /^bzImage could not be fetched: the server did not answer/,
    ],
    [
      'a body that breaks off',
      () => new Response(broken([Uint8Array.of(1), Uint8Array.of(2)])),
      /^bzImage broke off while it was fetched/,
    ],
  ])('tells of %s by the file’s name', async (_what, answer, message) => {
    serve(answer);
    const failed = fetchFile('/assets/bzImage?v=1', () => undefined);
    await expect(failed).rejects.toThrow(ImageMissingError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('downloadImages', () => {
  it('fetches, verifies and unpacks what is in guest-images', async () => {
    serve(fromDisk);
    let loaded = 0;
    const onVerify = vi.fn();
    const images = await downloadImages(URLS, (bytes) => void (loaded += bytes), onVerify);
    expect(IMAGE_NAMES.every((name) => images[name].length > 0)).toBe(true);
    expect(loaded).toBe(IMAGE_BYTES);
    expect(onVerify).toHaveBeenCalledOnce();
  });

  it('names the one that is missing', async () => {
    serve((url) => (url === URLS.disk ? new Response('', { status: 404 }) : fromDisk(url)));
    const failed = downloadImages(
      URLS,
      () => undefined,
      () => undefined,
    );
    await expect(failed).rejects.toThrow(/^disk\.img\.gz is not on the server/);
  });

  it('names the one that is damaged', async () => {
    serve((url) => (url === URLS.bios ? new Response(new Uint8Array(0x2_0000)) : fromDisk(url)));
    const failed = downloadImages(
      URLS,
      () => undefined,
      () => undefined,
    );
    await expect(failed).rejects.toThrow(ImageCorruptError);
    await expect(failed).rejects.toThrow(/^seabios\.bin does not match its checksum/);
  });
});
