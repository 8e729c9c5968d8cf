// A guest kernel's memory by linear address, as its page tables have it (Intel SDM volume 3, 4.3 and 4.4).
//
// Only the kernel's own pages: what a program can write to is never taken for the kernel's.

import { NOTHING, type GuestView } from './guest-view.ts';
import type { ReadNotes } from './read-notes.ts';

const CR0_PAGING = 0x8000_0000;
const CR4_PAGE_SIZE_EXTENSIONS = 0x10;
const CR4_PHYSICAL_ADDRESS_EXTENSION = 0x20;

const PRESENT = 0x1;
const USER = 0x4;
const LARGE = 0x80;

const PAGE_SHIFT = 12;
const PAGE_BYTES = 1 << PAGE_SHIFT;
/** Of a function on a stack: its caller's frame, and where it returns to. */
const FRAME_BYTES = 8;
const FRAME_MASK = 0xffff_f000;
/** The page directory pointer table is aligned to 32 bytes. */
const POINTERS_MASK = 0xffff_ffe0;
const POINTER_SHIFT = 30;
/** Execute-disable is the highest bit of an entry of 64 bits. */
const HIGH_ADDRESS_MASK = 0x7fff_ffff;

/** Tables of 32-bit entries, and of 64-bit ones: bytes of an entry, and how a directory divides what it maps. */
const PLAIN = { entryBytes: 4, directoryShift: 22, indexMask: 0x3ff };
const EXTENDED = { entryBytes: 8, directoryShift: 21, indexMask: 0x1ff };

/** Remembers the latest two pages: one of a stack, one of code. Ask `begin` first whenever the guest may have run. */
export class KernelMemory {
  /** Of the latest `readFrame`. */
  caller = NOTHING;
  returnAddress = NOTHING;
  #notes: ReadNotes | undefined;
  #isNoting = true;
  #words: Int32Array = new Int32Array(0);
  #firstWord = 0;
  #ramBytes = 0;
  #hasPages = false;
  #hasLargePages = false;
  #isExtended = false;
  #tables = 0;
  /** Linear address, bytes, and guest-physical address of the latest page; `NOTHING` when it is none of the kernel's. */
  #start = 0;
  #bytes = 0;
  #frame = NOTHING;
  #olderStart = 0;
  #olderBytes = 0;
  #olderFrame = NOTHING;

  /** Looks at a guest as it stands now. All that is read of it from here on is noted, but what lasts. */
  begin(view: GuestView, notes?: ReadNotes): void {
    this.#notes = notes;
    this.#words = view.words;
    this.#firstWord = view.firstWord;
    this.#ramBytes = view.ramBytes;
    const { cr0, cr3, cr4 } = view.registers;
    this.#hasPages = (this.register(cr0) & CR0_PAGING) !== 0;
    this.#tables = this.register(cr3);
    const extensions = this.register(cr4);
    this.#isExtended = (extensions & CR4_PHYSICAL_ADDRESS_EXTENSION) !== 0;
    this.#hasLargePages = this.#isExtended || (extensions & CR4_PAGE_SIZE_EXTENSIONS) !== 0;
    this.#bytes = 0;
    this.#olderBytes = 0;
  }

  /** One of the view's `registers` as a signed word. */
  register(index: number): number {
    const value = this.#words[index] ?? 0;
    this.#notes?.add(index, value);
    return value;
  }

  /** The word at a linear address, unsigned; `NOTHING` where the kernel has no RAM, and for one that is no multiple of 4. */
  word(linear: number): number {
    const address = this.physical(linear);
    return address === NOTHING || (address & 3) !== 0 ? NOTHING : this.#physicalWord(address);
  }

  /** Reads `caller` and `returnAddress`, a frame's words, which nearly always are in one page; `NOTHING` as `word` has it. */
  readFrame(linear: number): void {
    if ((linear & (PAGE_BYTES - 1)) > PAGE_BYTES - FRAME_BYTES) {
      this.caller = this.word(linear);
      this.returnAddress = this.word((linear + FRAME_BYTES / 2) >>> 0);
      return;
    }
    const address = this.physical(linear);
    const isThere = address !== NOTHING && (address & 3) === 0;
    this.caller = isThere ? this.#physicalWord(address) : NOTHING;
    this.returnAddress = isThere ? this.#physicalWord(address + FRAME_BYTES / 2) : NOTHING;
  }

  /**
   * The word at a linear address, as `word`, which is not noted: of what stays as it is while a kernel runs, and is looked at
   * anew now and then (`GuestWalk`). It may well be in no cache.
   */
  lastingWord(linear: number): number {
    const address = this.physical(linear);
    if (address === NOTHING || (address & 3) !== 0 || !this.#isRam(address)) return NOTHING;
    return (this.#words[this.#firstWord + (address >>> 2)] ?? 0) >>> 0;
  }

  /** The byte at a linear address, unsigned, as `lastingWord`: bytes are read of code. `NOTHING` where the kernel has no RAM. */
  byte(linear: number): number {
    const word = this.lastingWord((linear & ~3) >>> 0);
    return word === NOTHING ? NOTHING : (word >>> ((linear & 3) * 8)) & 0xff;
  }

  /** The guest-physical address of a linear one, in RAM or not; `NOTHING` where the kernel has nothing mapped. */
  physical(linear: number): number {
    if ((linear - this.#start) >>> 0 >= this.#bytes) {
      if ((linear - this.#olderStart) >>> 0 < this.#olderBytes) this.#swap();
      else this.#look(linear);
    }
    return this.#frame === NOTHING ? NOTHING : this.#frame + ((linear - this.#start) >>> 0);
  }

  #swap(): void {
    const start = this.#start;
    const bytes = this.#bytes;
    const frame = this.#frame;
    this.#start = this.#olderStart;
    this.#bytes = this.#olderBytes;
    this.#frame = this.#olderFrame;
    this.#olderStart = start;
    this.#olderBytes = bytes;
    this.#olderFrame = frame;
  }

  #look(linear: number): void {
    this.#olderStart = this.#start;
    this.#olderBytes = this.#bytes;
    this.#olderFrame = this.#frame;
    this.#bytes = PAGE_BYTES;
    this.#frame = this.#frameOf(linear);
    this.#start = (linear & -this.#bytes) >>> 0;
  }

  /**
   * The guest-physical address of the page that a linear address is in; a large page says how large it is. By large pages a
   * kernel has all RAM, which lasts; of others it is noted what the tables say.
   */
  #frameOf(linear: number): number {
    if (!this.#hasPages) return NOTHING;
    this.#isNoting = false;
    const frame = this.#readTables(linear);
    this.#isNoting = true;
    const isLarge = frame !== NOTHING && this.#bytes !== PAGE_BYTES;
    return isLarge ? frame : this.#readTables(linear);
  }

  #readTables(linear: number): number {
    const { entryBytes, directoryShift, indexMask } = this.#isExtended ? EXTENDED : PLAIN;
    let table = (this.#tables & FRAME_MASK) >>> 0;
    if (this.#isExtended) {
      const pointers = (this.#tables & POINTERS_MASK) >>> 0;
      const pointer = this.#entryAt(pointers + (linear >>> POINTER_SHIFT) * entryBytes);
      if (pointer === NOTHING) return NOTHING;
      table = (pointer & FRAME_MASK) >>> 0;
    }
    const place = (linear >>> directoryShift) & indexMask;
    const directory = this.#entryAt(table + place * entryBytes);
    if (directory === NOTHING) return NOTHING;
    if ((directory & LARGE) !== 0 && this.#hasLargePages) {
      if ((directory & USER) !== 0) return NOTHING;
      this.#bytes = 2 ** directoryShift;
      return (directory & -this.#bytes) >>> 0;
    }
    const index = (linear >>> PAGE_SHIFT) & indexMask;
    const entry = this.#entryAt(((directory & FRAME_MASK) >>> 0) + index * entryBytes);
    // A program reaches a page when both entries allow it (4.6.1)
    if (entry === NOTHING || (directory & entry & USER) !== 0) return NOTHING;
    return (entry & FRAME_MASK) >>> 0;
  }

  /** The lower word of an entry that is present and maps an address of 32 bits; else `NOTHING`. */
  #entryAt(address: number): number {
    const entry = this.#physicalWord(address);
    if (entry === NOTHING || (entry & PRESENT) === 0) return NOTHING;
    const isFar = this.#isExtended && (this.#physicalWord(address + 4) & HIGH_ADDRESS_MASK) !== 0;
    return isFar ? NOTHING : entry;
  }

  #physicalWord(address: number): number {
    if (!this.#isRam(address)) return NOTHING;
    const index = this.#firstWord + (address >>> 2);
    const word = this.#words[index] ?? 0;
    if (this.#isNoting) this.#notes?.add(index, word);
    return word >>> 0;
  }
  /** Whether there is a word of RAM at a guest-physical address. */
  #isRam(address: number): boolean {
    return address + 4 <= this.#ramBytes;
  }
}
