// A guest that does not run: RAM and registers as a test lays them out, with the page tables of a kernel.

import type { GuestView } from '../../src/kernel/guest-view.ts';
import { REG_EBP } from '../../src/kernel/guest-view.ts';

const MIB = 1 << 20;
/** Where Linux has RAM by linear address. */
export const PAGE_OFFSET = 0xc000_0000;
/** A page of a device, behind the kernel's page tables. */
export const DEVICE_LINEAR = 0xf800_0000;
const DEVICE_PHYSICAL = 0xfd00_0000;
/** A page that programs may write to: linear, and the same RAM as physical address 1 MiB. */
export const PROGRAM_LINEAR = 0x0800_0000;

const DIRECTORY = 0x1000;
const DEVICE_TABLE = 0x2000;
const PROGRAM_TABLE = 0x3000;
const PRESENT_WRITABLE = 0x3;
const USER = 0x4;
const LARGE = 0x80;
const CR0_PAGING = 0x8000_0000;
const CR4_PAGE_SIZE_EXTENSIONS = 0x10;

/** RAM of 4 MiB at PAGE_OFFSET, plain page tables, and registers that a test sets. */
export class FakeGuest implements GuestView {
  readonly bytes = new Uint8Array(4 * MIB);
  readonly words = new Int32Array(this.bytes.buffer);
  readonly firstWord = 0;
  readonly ramBytes = this.bytes.length;
  readonly registers = new Int32Array(8);
  ip = PAGE_OFFSET;
  isUser = false;
  cr0 = CR0_PAGING;
  cr3 = DIRECTORY;
  cr4 = CR4_PAGE_SIZE_EXTENSIONS;
  fsBase = 0;

  constructor() {
    this.#entry(DIRECTORY, PAGE_OFFSET >>> 22, 0 | PRESENT_WRITABLE | LARGE);
    this.#entry(DIRECTORY, DEVICE_LINEAR >>> 22, DEVICE_TABLE | PRESENT_WRITABLE);
    this.#entry(DEVICE_TABLE, 0, DEVICE_PHYSICAL | PRESENT_WRITABLE);
    this.#entry(DIRECTORY, PROGRAM_LINEAR >>> 22, PROGRAM_TABLE | PRESENT_WRITABLE | USER);
    this.#entry(PROGRAM_TABLE, 0, MIB | PRESENT_WRITABLE | USER);
  }

  general(index: number): number {
    return this.registers[index] ?? 0;
  }

  set ebp(value: number) {
    this.registers[REG_EBP] = value;
  }

  /** Stores a word at a linear address of the kernel's. */
  poke(linear: number, value: number): void {
    this.words[(linear - PAGE_OFFSET) >>> 2] = value;
  }

  /** Stores bytes at a linear address of the kernel's. */
  code(linear: number, ...bytes: readonly number[]): void {
    this.bytes.set(bytes, linear - PAGE_OFFSET);
  }

  /** A CALL that returns to `address`, which is returned. */
  callBefore(address: number): number {
    this.code(address - 5, 0xe8, 0, 0, 0, 0);
    return address;
  }

  /** A frame at `ebp`: its caller's EBP, and where it returns to. */
  frame(ebp: number, caller: number, returnAddress: number): void {
    this.poke(ebp, caller);
    this.poke(ebp + 4, returnAddress);
  }

  #entry(table: number, index: number, value: number): void {
    this.words[table / 4 + index] = value;
  }
}
