import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../../test/support/expect-same.ts';
import { fakeKernel } from '../../../test/support/fake-kernel.ts';
import { InputError } from './guest-images.ts';
import type { ImageName } from './image-files.ts';
import { measureFile, readOwnFile } from './own-file.ts';
import { measureImage, readOwnImage } from './own-image.ts';
import { measureShare, readOwnShare } from './own-share.ts';

const USE = { what: 'The file', maxBytes: 100_000, unpacks: true };
const PLAIN = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function blobOf(bytes: Uint8Array): Blob {
  return new Blob([new Uint8Array(bytes)]);
}

/** A file that has gone since it was chosen. */
function goneFile(): Blob {
  const file = blobOf(PLAIN);
  const gone = (): never => {
    throw new DOMException('gone', 'NotReadableError');
  };
  file.arrayBuffer = async () => gone();
  file.slice = () => file;
  file.stream = () => new ReadableStream({ pull: gone });
  return file;
}

describe('an own file', () => {
  it.each([
    ['as it is', PLAIN],
    ['packed', new Uint8Array(gzipSync(PLAIN))],
  ])('is measured and read %s, by what it holds', async (_how, bytes) => {
    const file = blobOf(bytes);
    const { length, sha256: checksum, beginning } = await measureFile(file, USE);
    expect([length, checksum]).toEqual([PLAIN.length, sha256(PLAIN)]);
    expectSame(beginning, PLAIN.subarray(0, 1024));
    expectSame(await readOwnFile(file, USE), PLAIN);
  });

  it('is short, or empty', async () => {
    expect(await measureFile(blobOf(new Uint8Array()), USE)).toMatchObject({ length: 0 });
    const { beginning } = await measureFile(blobOf(PLAIN.subarray(0, 3)), USE);
    expect(beginning).toEqual(PLAIN.subarray(0, 3));
  });

  it.each([
    ['larger than it may be', blobOf(new Uint8Array(100_001)), 'takes at most 97.65625 KiB'],
    ['larger once unpacked', blobOf(gzipSync(new Uint8Array(9_000_000))), 'is too large'],
    ['damaged', blobOf(gzipSync(PLAIN).subarray(0, 99)), 'damaged or cut short'],
    ['gone', goneFile(), 'The file cannot be read. It may have changed or gone'],
  ])('is refused when it is %s', async (_what, file, message) => {
    await expect(measureFile(file, USE)).rejects.toThrow(message);
    await expect(readOwnFile(file, USE)).rejects.toThrow(InputError);
  });
});

describe('an own image', () => {
  it('is known by length, checksum, and what a kernel takes as its command line', async () => {
    const kernel = fakeKernel({ commandLineSize: 255 });
    expect(await measureImage('kernel', blobOf(kernel))).toEqual({
      length: kernel.length,
      sha256: sha256(kernel),
      commandLineLimit: 255,
    });
    expect((await measureImage('disk', blobOf(new Uint8Array(512)))).commandLineLimit).toBe(
      undefined,
    );
    expectSame(await readOwnImage('kernel', blobOf(kernel)), kernel);
  });

  it.each<[ImageName, Uint8Array, string]>([
    ['kernel', PLAIN, 'The kernel is not a Linux bzImage'],
    ['kernel', fakeKernel({ xloadflags: 1 }), 'This kernel is for 64-bit processors'],
    ['kernel', fakeKernel().slice(0, -20), 'The kernel is truncated'],
    ['initrd', new Uint8Array(), 'The initrd is empty.'],
    ['disk', new Uint8Array(513), 'no multiple of 512'],
    ['bios', new Uint8Array(5), 'The BIOS has 5 bytes.'],
    ['bios', new Uint8Array(0x2_0001), 'The BIOS is too large: the machine takes at most 128 KiB.'],
    ['vgaBios', new Uint8Array(), 'The VGA BIOS has 0 bytes.'],
  ])('is refused as %s, case %#: $2', async (name, bytes, message) => {
    await expect(measureImage(name, blobOf(bytes))).rejects.toThrow(InputError);
    await expect(measureImage(name, blobOf(bytes))).rejects.toThrow(message);
  });
});

describe('own shared files', () => {
  it('are known by their checksums, and never unpacked', async () => {
    const packed = new Uint8Array(gzipSync(PLAIN));
    const files = { 'a.gz': blobOf(packed), b: blobOf(PLAIN) };
    expect(await measureShare(files)).toEqual({ 'a.gz': sha256(packed), b: sha256(PLAIN) });
    const checksums = await measureShare(files);
    expectSame(await readOwnShare(files), { files: { 'a.gz': packed, b: PLAIN }, checksums });
  });

  it('are refused as a whole when there is a name that cannot be, before any is read', async () => {
    const files = { ok: goneFile(), 'a/b': goneFile() };
    await expect(measureShare(files)).rejects.toThrow('cannot be called "a/b"');
    await expect(readOwnShare(files)).rejects.toThrow(InputError);
  });
});
