import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  gunzip,
  IMAGE_NAMES,
  ImageCorruptError,
  unpackImages,
  type ImageFile,
  type ImageManifest,
  type ImageName,
} from './image-files.ts';

const PLAIN = new TextEncoder().encode('some bytes of an image\n'.repeat(500));
const PACKED = new Uint8Array(gzipSync(PLAIN));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const plainFile = (name: string): ImageFile => ({
  file: name,
  bytes: PLAIN.length,
  sha256: sha256(PLAIN),
});
const packedFile: ImageFile = {
  file: 'rootfs.cpio.gz',
  bytes: PACKED.length,
  sha256: sha256(PACKED),
  plainBytes: PLAIN.length,
  plainSha256: sha256(PLAIN),
};
const manifest: ImageManifest = {
  kernel: plainFile('bzImage'),
  initrd: packedFile,
  disk: { ...packedFile, file: 'disk.img.gz' },
  bios: plainFile('seabios.bin'),
  vgaBios: plainFile('vgabios.bin'),
};
const files: Readonly<Record<ImageName, Uint8Array>> = {
  kernel: PLAIN,
  initrd: PACKED,
  disk: PACKED,
  bios: PLAIN,
  vgaBios: PLAIN,
};

function flipped(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}

describe('unpackImages', () => {
  it('unpacks and returns every image', async () => {
    const images = await unpackImages(manifest, files);
    for (const name of IMAGE_NAMES) expect(images[name], name).toEqual(PLAIN);
  });

  it('takes an image that the server unpacked on the way', async () => {
    const images = await unpackImages(manifest, { ...files, initrd: PLAIN });
    expect(images.initrd).toEqual(PLAIN);
  });

  it.each(IMAGE_NAMES)('names a damaged %s', async (name) => {
    const damaged = unpackImages(manifest, { ...files, [name]: flipped(PLAIN, 5) });
    await expect(damaged).rejects.toThrow(ImageCorruptError);
    await expect(damaged).rejects.toThrow(
      `${manifest[name].file} does not match its checksum: it was damaged or changed. Get it again.`,
    );
  });

  it.each([0, 1, PLAIN.length - 1, PLAIN.length + 1])(
    'names a file of %i bytes that should have another length, with both',
    async (length) => {
      const bytes = new Uint8Array(length);
      const cut = unpackImages(manifest, { ...files, bios: bytes });
      await expect(cut).rejects.toThrow(ImageCorruptError);
      await expect(cut).rejects.toThrow(
        new RegExp(`seabios\\.bin holds ${length} bytes and should hold ${PLAIN.length}`),
      );
    },
  );

  it.each<[string, Uint8Array]>([
    ['nothing but its magic', PACKED.slice(0, 2)],
    ['its header cut', PACKED.slice(0, 9)],
    ['its data cut', PACKED.slice(0, -20)],
    ['its trailer cut', PACKED.slice(0, -1)],
    ['a wrong checksum in it', flipped(PACKED, PACKED.length - 8)],
    ['a bit of its data flipped', flipped(PACKED, 20)],
    ['something behind its end', Uint8Array.from([...PACKED, 1, 2, 3])],
    ['an unknown compression method', flipped(PACKED, 2)],
  ])('tells of gzip with %s in its own words', async (_what, bytes) => {
    const damaged = unpackImages(manifest, { ...files, initrd: bytes });
    await expect(damaged).rejects.toThrow(ImageCorruptError);
    await expect(damaged).rejects.toThrow(/^rootfs\.cpio\.gz .*Get it again\.$/);
  });
});

describe('gunzip', () => {
  it('returns what is not gzip as it is', async () => {
    expect(await gunzip(PLAIN)).toBe(PLAIN);
  });

  it('unpacks gzip that lies inside a larger buffer', async () => {
    const buffer = new Uint8Array(PACKED.length + 6);
    buffer.set(PACKED, 3);
    expect(await gunzip(buffer.subarray(3, 3 + PACKED.length))).toEqual(PLAIN);
  });
});
