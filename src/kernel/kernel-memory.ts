// A guest kernel's memory by linear address, as its page tables have it (Intel SDM volume 3, 4.3 and 4.4).
//
// Only the kernel's own pages: what a program can write to is never taken for the kernel's.

import { NOTHING, physicalWord, type GuestView } from './guest-view.ts';

const CR0_PAGING = 0x8000_0000;
const CR4_PAGE_SIZE_EXTENSIONS = 0x10;
const CR4_PHYSICAL_ADDRESS_EXTENSION = 0x20;

const PRESENT = 0x1;
const USER = 0x4;
const LARGE = 0x80;

const PAGE_SHIFT = 12;
const PAGE_MASK = 0xfff;
const FRAME_MASK = 0xffff_f000;
/** The page directory pointer table is aligned to 32 bytes. */
const POINTERS_MASK = 0xffff_ffe0;
const POINTER_SHIFT = 30;
/** Execute-disable is the highest bit of an entry of 64 bits. */
const HIGH_ADDRESS_MASK = 0x7fff_ffff;

/** Tables of 32-bit entries, and of 64-bit ones: bytes of an entry, and how a directory divides what it maps. */
const PLAIN = { entryBytes: 4, directoryShift: 22, indexMask: 0x3ff };
const EXTENDED = { entryBytes: 8, directoryShift: 21, indexMask: 0x1ff };

/** No page has this number. */
const NO_PAGE = 0xffff_ffff;

/** Remembers the latest two pages: one of a stack, one of code. Ask `begin` first whenever the guest may have run. */
export class KernelMemory {
  #view: GuestView | undefined;
  #page = NO_PAGE;
  #frame = NOTHING;
  #olderPage = NO_PAGE;
  #olderFrame = NOTHING;

  /** Looks at a guest as it stands now. */
  begin(view: GuestView): void {
    this.#view = view;
    this.#page = NO_PAGE;
    this.#olderPage = NO_PAGE;
  }

  /** The word at a linear address, unsigned; `NOTHING` where the kernel has no RAM, and for one that is no multiple of 4. */
  word(linear: number): number {
    if ((linear & 3) !== 0) return NOTHING;
    const address = this.physical(linear);
    if (address === NOTHING || this.#view === undefined) return NOTHING;
    return physicalWord(this.#view, address);
  }

  /** The byte at a linear address; `NOTHING` where the kernel has no RAM. */
  byte(linear: number): number {
    const word = this.word((linear & ~3) >>> 0);
    return word === NOTHING ? NOTHING : (word >>> ((linear & 3) * 8)) & 0xff;
  }

  /** The guest-physical address of a linear one, in RAM or not; `NOTHING` where the kernel has nothing mapped. */
  physical(linear: number): number {
    const page = linear >>> 12;
    if (page !== this.#page) {
      if (page === this.#olderPage) this.#swap();
      else this.#look(page, linear);
    }
    return this.#frame === NOTHING ? NOTHING : this.#frame + (linear & PAGE_MASK);
  }

  #swap(): void {
    const page = this.#page;
    const frame = this.#frame;
    this.#page = this.#olderPage;
    this.#frame = this.#olderFrame;
    this.#olderPage = page;
    this.#olderFrame = frame;
  }

  #look(page: number, linear: number): void {
    this.#olderPage = this.#page;
    this.#olderFrame = this.#frame;
    this.#page = page;
    this.#frame = this.#view === undefined ? NOTHING : frameOf(this.#view, linear);
  }
}

/** The guest-physical address of the page that a linear address is in; `NOTHING` if it is none of the kernel's. */
function frameOf(view: GuestView, linear: number): number {
  if ((view.cr0 & CR0_PAGING) === 0) return NOTHING;
  const isExtended = (view.cr4 & CR4_PHYSICAL_ADDRESS_EXTENSION) !== 0;
  const { entryBytes, directoryShift, indexMask } = isExtended ? EXTENDED : PLAIN;
  let table = (view.cr3 & FRAME_MASK) >>> 0;
  if (isExtended) {
    const pointers = (view.cr3 & POINTERS_MASK) >>> 0;
    const pointer = entryAt(view, pointers + (linear >>> POINTER_SHIFT) * entryBytes, entryBytes);
    if (pointer === NOTHING) return NOTHING;
    table = (pointer & FRAME_MASK) >>> 0;
  }
  const place = (linear >>> directoryShift) & indexMask;
  const directory = entryAt(view, table + place * entryBytes, entryBytes);
  if (directory === NOTHING) return NOTHING;
  if ((directory & LARGE) !== 0 && (isExtended || (view.cr4 & CR4_PAGE_SIZE_EXTENSIONS) !== 0)) {
    if ((directory & USER) !== 0) return NOTHING;
    const inside = 2 ** directoryShift - 1;
    return ((directory & ~inside) | (linear & inside & FRAME_MASK)) >>> 0;
  }
  const index = (linear >>> PAGE_SHIFT) & indexMask;
  const base = (directory & FRAME_MASK) >>> 0;
  const entry = entryAt(view, base + index * entryBytes, entryBytes);
  // A program reaches a page when both entries allow it (4.6.1)
  if (entry === NOTHING || (directory & entry & USER) !== 0) return NOTHING;
  return (entry & FRAME_MASK) >>> 0;
}

/** The lower word of an entry that is present and maps an address of 32 bits; else `NOTHING`. */
function entryAt(view: GuestView, address: number, entryBytes: number): number {
  const entry = physicalWord(view, address);
  if (entry === NOTHING || (entry & PRESENT) === 0) return NOTHING;
  const isFar =
    entryBytes === EXTENDED.entryBytes &&
    (physicalWord(view, address + 4) & HIGH_ADDRESS_MASK) !== 0;
  return isFar ? NOTHING : entry;
}
