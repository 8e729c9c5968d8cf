// What is looked at of a guest: its RAM, and its processor's registers, amid an instruction or between two.

/** Places among the general registers: the order of the instruction set (Intel SDM volume 2, table 2-2). */
export const REG_EBP = 5;

/** Where a processor's registers are among the words of a view: the index of each. */
export interface RegisterWords {
  /** The first of the general registers; the others follow it. Stale while translated code runs. */
  readonly general: number;
  /** Linear address of the instruction that is being executed; stale while translated code runs. */
  readonly ip: number;
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
  /** Where the segment in FS begins: the processor's own variables, in a kernel for several. */
  readonly fsBase: number;
  /** The lowest byte is the privilege level: 0 while the kernel runs, and no program. */
  readonly privilege: number;
}

/** A guest as it stands. Nothing that reads it can change it. */
export interface GuestView {
  /** Memory that has the guest's RAM and its processor's registers in it, as 32-bit words. */
  readonly words: Int32Array;
  /** Index in `words` of the word at guest-physical address 0. */
  readonly firstWord: number;
  /** Bytes of RAM. */
  readonly ramBytes: number;
  readonly registers: RegisterWords;
}

/** A place that holds nothing to read: no word and no byte has this value. */
export const NOTHING = -1;
