// What is looked at of a guest: its RAM, and its processor's registers, amid an instruction or between two.

/** Places in `general`: the order of the instruction set (Intel SDM volume 2, table 2-2). */
export const REG_EBP = 5;

/** A guest as it stands. Nothing that reads it can change it. */
export interface GuestView {
  /** Memory that has the guest's RAM in it, as 32-bit words. */
  readonly words: Int32Array;
  /** Index in `words` of the word at guest-physical address 0. */
  readonly firstWord: number;
  /** Bytes of RAM. */
  readonly ramBytes: number;
  /** Linear address of the instruction that is being executed; stale while translated code runs. */
  readonly ip: number;
  /** A general register as a signed word; stale while translated code runs. */
  general(index: number): number;
  /** Whether a program runs, and not the kernel. */
  readonly isUser: boolean;
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
  /** Where the segment in FS begins: the processor's own variables, in a kernel for several. */
  readonly fsBase: number;
}

/** A place that holds nothing to read: no word and no byte has this value. */
export const NOTHING = -1;
