// A real v86 with the machine's equipment, stopped before its first instruction: for tests of the border to it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { checksumOf } from '../../src/machine/images/checksum.ts';
import type { GuestImages, ImageBytes } from '../../src/machine/images/guest-images.ts';
import { determinismOf } from '../../src/machine/plan/machine-plan.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { createEmulator, type Emulator } from '../../src/machine/v86/emulator.ts';
import { fakeKernel } from './fake-kernel.ts';

const require = createRequire(import.meta.url);

/** v86.wasm of the installed package. */
export const v86Module = new WebAssembly.Module(
  new Uint8Array(readFileSync(require.resolve('v86/build/v86.wasm'))),
);

/** The least memory that a machine has. */
export const MEMORY_MIB = 72;
const BIOS_BYTES = 0x1_0000;
const DISK_BYTES = 0x10_0000;

/** What a stopped machine is made of: a kernel of nothing but its header, and an empty BIOS; and what is to be otherwise. */
export function fakeImages(changes: Partial<ImageBytes> = {}): GuestImages {
  const images = {
    kernel: fakeKernel(),
    initrd: new Uint8Array(16),
    disk: new Uint8Array(DISK_BYTES),
    bios: new Uint8Array(BIOS_BYTES),
    vgaBios: new Uint8Array(BIOS_BYTES),
    ...changes,
  };
  return {
    ...images,
    checksums: {
      kernel: checksumOf(images.kernel),
      initrd: checksumOf(images.initrd),
      disk: checksumOf(images.disk),
      bios: checksumOf(images.bios),
      vgaBios: checksumOf(images.vgaBios),
    },
  };
}

/** A new emulator; `disk` is its IDE disk. */
export async function stoppedEmulator(disk = new Uint8Array(DISK_BYTES)): Promise<Emulator> {
  return createEmulator({
    images: fakeImages(),
    ideDisk: disk,
    commandLine: 'console=ttyS0',
    memoryMiB: MEMORY_MIB,
    v86Wasm: v86Module,
    determinism: determinismOf(DEFAULT_PLAN),
  });
}
