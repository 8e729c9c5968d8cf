// The firmware's linker/loader script, fw_cfg file "etc/table-loader": which files to place in guest memory, where
// to add their addresses, what to sum (QEMU's interface to SeaBIOS and OVMF).
//
// A command has 128 bytes: le32 code, then by code
//   ALLOCATE      4 file[56]                                   60 le32 alignment     64 u8 zone
//   ADD_POINTER   4 destination file[56]   60 source file[56] 116 le32 offset       120 u8 size
//   ADD_CHECKSUM  4 file[56]               60 le32 offset      64 le32 start         68 le32 length

import { assert } from '../base/assert.ts';
import { concatBytes, Structure } from './structure.ts';

const COMMAND_SIZE = 128;
const CODE = 0;
const FILE = 4;
const FILE_NAME_WIDTH = 56;

const ALLOCATE = { code: 1, alignment: 60, zone: 64 };
const ADD_POINTER = { code: 2, source: 60, offset: 116, size: 120 };
const ADD_CHECKSUM = { code: 3, offset: 60, start: 64, length: 68 };

const ZONES = {
  /** Anywhere below 4 GiB. */
  high: 1,
  /** The BIOS segment 0xf0000-0xfffff, where guests search for the RSDP. */
  fseg: 2,
};

/** Width in bytes of the pointers that the firmware patches; ours are all 32-bit. */
const POINTER_SIZE = 4;

/** A field inside a file; offsets and lengths in bytes. */
export interface PointerPatch {
  /** The file that holds the pointer. */
  readonly inFile: string;
  /** Where in that file. The 32-bit field there holds an offset into `toFile` until it is patched. */
  readonly offset: number;
  /** The file whose address is added. */
  readonly toFile: string;
}

/** A byte to set so that a run of bytes, itself included, sums to zero. */
export interface ChecksumPatch {
  readonly file: string;
  readonly checksumOffset: number;
  readonly start: number;
  readonly length: number;
}

/** Collects commands; the firmware carries them out in order. Files must be allocated before they are patched. */
export class LoaderScript {
  readonly #commands: Uint8Array[] = [];
  readonly #allocated = new Set<string>();

  /** Places a file in guest memory; `alignment` is a power of two. */
  allocate(file: string, alignment: number, zone: keyof typeof ZONES): void {
    assert(alignment > 0 && (alignment & (alignment - 1)) === 0, 'alignment is a power of two');
    const command = this.#command(ALLOCATE.code, file);
    command.u32(ALLOCATE.alignment, alignment);
    command.u8(ALLOCATE.zone, ZONES[zone]);
    this.#allocated.add(file);
  }

  addPointer({ inFile, offset, toFile }: PointerPatch): void {
    this.#requireAllocated(inFile);
    this.#requireAllocated(toFile);
    const command = this.#command(ADD_POINTER.code, inFile);
    writeFileName(command, ADD_POINTER.source, toFile);
    command.u32(ADD_POINTER.offset, offset);
    command.u8(ADD_POINTER.size, POINTER_SIZE);
  }

  addChecksum({ file, checksumOffset, start, length }: ChecksumPatch): void {
    this.#requireAllocated(file);
    const command = this.#command(ADD_CHECKSUM.code, file);
    command.u32(ADD_CHECKSUM.offset, checksumOffset);
    command.u32(ADD_CHECKSUM.start, start);
    command.u32(ADD_CHECKSUM.length, length);
  }

  /** The script as the firmware reads it. */
  build(): Uint8Array {
    return concatBytes(this.#commands);
  }

  #command(code: number, file: string): Structure {
    const command = new Structure(COMMAND_SIZE);
    command.u32(CODE, code);
    writeFileName(command, FILE, file);
    this.#commands.push(command.bytes);
    return command;
  }

  #requireAllocated(file: string): void {
    assert(this.#allocated.has(file), `${file} is allocated before it is patched`);
  }
}

function writeFileName(command: Structure, offset: number, file: string): void {
  assert(file.length < FILE_NAME_WIDTH, 'the file name leaves room for its final zero');
  command.ascii(offset, file, FILE_NAME_WIDTH, 0);
}
