// What a machine is started with, and the checks that spare a user a silent hang.

import { isBzImage } from './kernel-mark.ts';

/** Bytes of everything a start needs, unpacked. */
export interface ImageBytes {
  /** A Linux bzImage. */
  readonly kernel: Uint8Array;
  /** An initramfs (plain or compressed cpio, as the kernel understands it). */
  readonly initrd: Uint8Array;
  /** Raw disk; the machine works on copies. */
  readonly disk: Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
}

/** The same, and the SHA-256 in hex that each is told apart by. */
export interface GuestImages extends ImageBytes {
  readonly checksums: Readonly<Record<keyof ImageBytes, string>>;
}

/** What a user gave can not work; the message says why and what to do. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

const MIB = 1 << 20;
export const MIN_MEMORY_MIB = 72;
export const MAX_MEMORY_MIB = 1024;
/** v86 loads the part of the kernel behind its setup sectors here ... */
const KERNEL_ADDRESS = MIB;
/** ... and the initrd here. */
const INITRD_ADDRESS = 64 * MIB;
/** SeaBIOS keeps its tables at the top of RAM. */
const FIRMWARE_BYTES = MIB;
const FIRMWARE_UNIT = 0x1_0000;

/** The most that an image can have, unpacked: what there is room for in the largest machine. */
export const MAX_IMAGE_BYTES: Readonly<Record<keyof ImageBytes, number>> = {
  kernel: INITRD_ADDRESS - KERNEL_ADDRESS,
  initrd: MAX_MEMORY_MIB * MIB - INITRD_ADDRESS - FIRMWARE_BYTES,
  disk: 1024 * MIB,
  bios: 2 * FIRMWARE_UNIT,
  vgaBios: FIRMWARE_UNIT,
};

// Linux boot protocol (Documentation/arch/x86/boot.rst): offsets in the setup header.
const SETUP_SECTS = 0x1f1;
const SYSSIZE = 0x1f4;
const BOOT_FLAG = 0x1fe;
const VERSION = 0x206;
const LOADFLAGS = 0x211;
const XLOADFLAGS = 0x236;
const CMDLINE_SIZE = 0x238;
/** Where the setup header ends: what has to be known of a kernel beside its length. */
export const HEADER_END = 0x264;
const BOOT_FLAG_VALUE = 0xaa55;
const OLDEST_VERSION = 0x206;
const LOADED_HIGH = 1;
/** XLF_KERNEL_64, since protocol 2.12: the kernel has a 64-bit entry point, as all kernels for 64-bit processors do. */
const KERNEL_64 = 1;
const FIRST_WITH_XLOADFLAGS = 0x20c;
const SECTOR = 512;
/** Characters of a command line that Linux has room for on x86 (COMMAND_LINE_SIZE less the NUL). */
const USUAL_COMMAND_LINE_LIMIT = 2047;

/** Bytes, or what is known of them. */
type Sized = Pick<Uint8Array, 'length'>;

/** Throws `InputError` unless the memory size is a whole number of MiB that the machine can have. */
export function checkMemory(memoryMiB: number): void {
  if (!Number.isInteger(memoryMiB) || memoryMiB < MIN_MEMORY_MIB || memoryMiB > MAX_MEMORY_MIB) {
    throw new InputError(
      `The machine can have ${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB} MiB of memory (a whole number), not ${memoryMiB}. 128 is a good size.`,
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Throws `InputError` unless the bytes are a whole bzImage that v86 can start with this command line. */
export function checkKernel(kernel: Uint8Array, commandLine: string): void {
  checkBzImage(kernel, kernel.length);
  checkCommandLine(commandLine, commandLineLimit(kernel));
}

/** Throws `InputError` unless a file that begins so and has that many bytes is a whole bzImage that v86 can start. */
export function checkBzImage(beginning: Uint8Array, length: number): void {
  const view = viewOf(beginning);
  const isWhole =
    beginning.length >= HEADER_END &&
    view.getUint16(BOOT_FLAG, true) === BOOT_FLAG_VALUE &&
    isBzImage(beginning);
  if (!isWhole) {
    throw new InputError(
      'The kernel is not a Linux bzImage (no boot header found). Give the file that the kernel build leaves at arch/x86/boot/bzImage.',
    );
  }
  const version = view.getUint16(VERSION, true);
  if (version < OLDEST_VERSION || (view.getUint8(LOADFLAGS) & LOADED_HIGH) === 0) {
    throw new InputError(
      `The kernel speaks boot protocol ${version >> 8}.${version & 0xff}; the machine needs a bzImage of protocol 2.06 or newer.`,
    );
  }
  if (version >= FIRST_WITH_XLOADFLAGS && (view.getUint16(XLOADFLAGS, true) & KERNEL_64) !== 0) {
    throw new InputError(
      'This kernel is for 64-bit processors, and the machine has a 32-bit one. Build it for 32-bit x86 (make ARCH=i386), or take a kernel package for i386.',
    );
  }
  const setupSectors = view.getUint8(SETUP_SECTS) || 4;
  const expected = (setupSectors + 1) * SECTOR + view.getUint32(SYSSIZE, true) * 16;
  // SYSSIZE counts 16-byte units, so the file may end up to 15 bytes early.
  if (length < expected - 15) {
    throw new InputError(
      `The kernel is truncated: its header announces ${expected} bytes, the file has ${length}. Copy or download it again.`,
    );
  }
  if (length > MAX_IMAGE_BYTES.kernel) {
    throw new InputError(
      `The kernel is too large (${(length / MIB).toFixed(1)} MiB): it is loaded at 1 MiB and has to end before the initrd at 64 MiB.`,
    );
  }
}

/** Characters that a bzImage takes as its command line. */
export function commandLineLimit(kernel: Uint8Array): number {
  return viewOf(kernel).getUint32(CMDLINE_SIZE, true);
}

/** Throws `InputError` for a command line that a kernel with this limit can not be given. */
export function checkCommandLine(commandLine: string, limit = USUAL_COMMAND_LINE_LIMIT): void {
  if (commandLine.length > limit) {
    throw new InputError(
      `The kernel command line has ${commandLine.length} characters; this kernel takes at most ${limit}.`,
    );
  }
  // v86 stores one byte a character and a NUL after the last.
  if (!/^[ -~]*$/.test(commandLine)) {
    throw new InputError(
      'The kernel command line may hold printable ASCII characters only: no line breaks, umlauts or the like.',
    );
  }
}

/** Throws `InputError` unless the initrd fits between its load address and the end of RAM. */
export function checkInitrd(initrd: Sized, memoryMiB: number): void {
  if (initrd.length === 0) throw new InputError('The initrd is empty.');
  const needed = Math.ceil((INITRD_ADDRESS + initrd.length + FIRMWARE_BYTES) / MIB);
  if (needed <= memoryMiB) return;
  const advice =
    needed <= MAX_MEMORY_MIB
      ? `Give the machine at least ${needed} MiB.`
      : `Even ${MAX_MEMORY_MIB} MiB, the largest machine, cannot hold it: make it smaller.`;
  throw new InputError(
    `The initrd (${(initrd.length / MIB).toFixed(1)} MiB) is too large for ${memoryMiB} MiB of memory, as it is loaded at 64 MiB. ${advice}`,
  );
}

/** Throws `InputError` unless the bytes can be a disk: whole sectors, and no more than the machine can keep in memory. */
export function checkDisk(disk: Sized): void {
  if (disk.length === 0) {
    throw new InputError('The disk is empty. Give a raw disk image of at least 512 bytes.');
  }
  const rest = disk.length % SECTOR;
  if (rest !== 0) {
    throw new InputError(
      `The disk has ${disk.length} bytes, which is no multiple of ${SECTOR}: a disk is made of whole sectors. Pad the raw image to ${disk.length + SECTOR - rest} bytes, for instance with truncate -s %${SECTOR} FILE.`,
    );
  }
  if (disk.length > MAX_IMAGE_BYTES.disk) {
    throw new InputError(
      `The disk has ${(disk.length / MIB).toFixed(1)} MiB, and the machine, which keeps it in memory, takes ${MAX_IMAGE_BYTES.disk / MIB}. Make it smaller.`,
    );
  }
}

/** Throws `InputError` for a BIOS that v86 has no room for, which it keeps from the top of the first MiB down. */
export function checkBios(bios: Sized): void {
  const { length } = bios;
  if (length > 0 && length <= MAX_IMAGE_BYTES.bios && length % FIRMWARE_UNIT === 0) return;
  throw new InputError(
    `The BIOS has ${length} bytes. Give one of 64 or 128 KiB, as SeaBIOS is built for QEMU.`,
  );
}

/** The same for a VGA BIOS, which v86 keeps from 0xc0000 on. */
export function checkVgaBios({ length }: Sized): void {
  if (length > 0 && length <= MAX_IMAGE_BYTES.vgaBios) return;
  throw new InputError(`The VGA BIOS has ${length} bytes. Give one of at most 64 KiB.`);
}

/** Throws `InputError` unless a machine with so much memory can start with these images and this command line. */
export function checkImages(images: ImageBytes, memoryMiB: number, commandLine: string): void {
  checkKernel(images.kernel, commandLine);
  checkInitrd(images.initrd, memoryMiB);
  checkDisk(images.disk);
  checkBios(images.bios);
  checkVgaBios(images.vgaBios);
}
