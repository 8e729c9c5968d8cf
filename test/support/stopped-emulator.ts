// A real v86 with the machine's equipment, stopped before its first instruction: for tests of the border to it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DEFAULT_DETERMINISM } from '../../src/machine/plan/machine-options.ts';
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

/** What a stopped machine is made of: a kernel of nothing but its header, and an empty BIOS. */
export function fakeImages() {
  return {
    kernel: fakeKernel(),
    initrd: new Uint8Array(16),
    disk: new Uint8Array(DISK_BYTES),
    bios: new Uint8Array(BIOS_BYTES),
    vgaBios: new Uint8Array(BIOS_BYTES),
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
    determinism: DEFAULT_DETERMINISM,
  });
}
