// A guest that does not run: RAM and registers as a test lays them out, with the page tables of a kernel.

import type { GuestView, RegisterWords } from '../../src/kernel/guest-view.ts';
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

const RAM_BYTES = 4 * MIB;
const RAM_WORDS = RAM_BYTES / 4;
/** Behind RAM, where nothing but a view finds them. */
const REGISTERS: RegisterWords = {
  general: RAM_WORDS,
  ip: RAM_WORDS + 8,
  cr0: RAM_WORDS + 10,
  cr3: RAM_WORDS + 12,
  cr4: RAM_WORDS + 13,
  fsBase: RAM_WORDS + 15,
  privilege: RAM_WORDS + 17,
};
const REGISTERS_BYTES = 128;
const PROGRAM = 3;

/** RAM of 4 MiB at PAGE_OFFSET, plain page tables, and registers that a test sets. */
export class FakeGuest implements GuestView {
  readonly #all = new ArrayBuffer(RAM_BYTES + REGISTERS_BYTES);
  readonly bytes = new Uint8Array(this.#all, 0, RAM_BYTES);
  readonly words = new Int32Array(this.#all);
  readonly firstWord = 0;
  readonly ramBytes = RAM_BYTES;
  readonly registers = REGISTERS;
  readonly general = new Int32Array(this.#all, RAM_BYTES, 8);

  constructor() {
    this.ip = PAGE_OFFSET;
    this.cr0 = CR0_PAGING;
    this.cr3 = DIRECTORY;
    this.cr4 = CR4_PAGE_SIZE_EXTENSIONS;
    this.#entry(DIRECTORY, PAGE_OFFSET >>> 22, 0 | PRESENT_WRITABLE | LARGE);
    this.#entry(DIRECTORY, DEVICE_LINEAR >>> 22, DEVICE_TABLE | PRESENT_WRITABLE);
    this.#entry(DEVICE_TABLE, 0, DEVICE_PHYSICAL | PRESENT_WRITABLE);
    this.#entry(DIRECTORY, PROGRAM_LINEAR >>> 22, PROGRAM_TABLE | PRESENT_WRITABLE | USER);
    this.#entry(PROGRAM_TABLE, 0, MIB | PRESENT_WRITABLE | USER);
  }

  set ebp(value: number) {
    this.general[REG_EBP] = value;
  }

  get ip(): number {
    return (this.words[REGISTERS.ip] ?? 0) >>> 0;
  }

  set ip(value: number) {
    this.words[REGISTERS.ip] = value;
  }

  set cr0(value: number) {
    this.words[REGISTERS.cr0] = value;
  }

  set cr3(value: number) {
    this.words[REGISTERS.cr3] = value;
  }

  set cr4(value: number) {
    this.words[REGISTERS.cr4] = value;
  }

  set fsBase(value: number) {
    this.words[REGISTERS.fsBase] = value;
  }

  set isUser(isUser: boolean) {
    this.words[REGISTERS.privilege] = isUser ? PROGRAM : 0;
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
