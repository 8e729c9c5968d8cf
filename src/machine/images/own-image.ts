// A user's own image: what has to be known of one before a machine is built, without keeping it.

import {
  checkBios,
  checkBzImage,
  checkDisk,
  checkVgaBios,
  commandLineLimit,
  InputError,
  MAX_IMAGE_BYTES,
} from './guest-images.ts';
import type { ImageName } from './image-files.ts';
import { measureFile, readOwnFile, type FileUse, type MeasuredFile } from './own-file.ts';

/** What is known of an own image, of the unpacked bytes. */
export interface KnownImage {
  readonly length: number;
  /** In hex: what a plan names it by. */
  readonly sha256: string;
  /** Characters that a kernel takes as its command line; undefined for other images. */
  readonly commandLineLimit: number | undefined;
}

const USES: Readonly<Record<ImageName, FileUse>> = {
  kernel: { what: 'The kernel', maxBytes: MAX_IMAGE_BYTES.kernel, unpacks: true },
  initrd: { what: 'The initrd', maxBytes: MAX_IMAGE_BYTES.initrd, unpacks: true },
  disk: { what: 'The disk', maxBytes: MAX_IMAGE_BYTES.disk, unpacks: true },
  bios: { what: 'The BIOS', maxBytes: MAX_IMAGE_BYTES.bios, unpacks: true },
  vgaBios: { what: 'The VGA BIOS', maxBytes: MAX_IMAGE_BYTES.vgaBios, unpacks: true },
};

const CHECKS: Readonly<Record<ImageName, (file: MeasuredFile) => void>> = {
  kernel: ({ beginning, length }) => checkBzImage(beginning, length),
  initrd: ({ length }) => {
    if (length === 0) throw new InputError('The initrd is empty.');
  },
  disk: checkDisk,
  bios: checkBios,
  vgaBios: checkVgaBios,
};

/** Reads a file and tells what is known of it. Rejects with `InputError` when it is no such image, or too large. */
export async function measureImage(name: ImageName, file: Blob): Promise<KnownImage> {
  const measured = await measureFile(file, USES[name]);
  CHECKS[name](measured);
  const { length, sha256, beginning } = measured;
  return {
    length,
    sha256,
    commandLineLimit: name === 'kernel' ? commandLineLimit(beginning) : undefined,
  };
}

/** The bytes of an own image, unpacked. Rejects with `InputError` when it cannot be read, or is too large. */
export function readOwnImage(name: ImageName, file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return readOwnFile(file, USES[name]);
}
