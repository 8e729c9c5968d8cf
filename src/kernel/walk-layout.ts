// What a walk leaves behind: 32-bit words, and nothing else.
//
//   0       flags, WALK_*
//   1       pid: what the kernel calls a task
//   2       tgid: what programs call a process
//   3 .. 6  comm, the task's name: 16 bytes, zeros behind it
//   7 ..    addresses, the innermost first
//
// An address is a return address: the call is before it. Two are instructions themselves: the first one with WALK_EXACT,
// and each behind a WALK_INTERRUPTED_HERE, where an interrupt or an exception came in.

/** The first address is the instruction that reached the device; without it the innermost functions are not known. */
export const WALK_EXACT = 0x1;
/** Words 1 to 6 are of the current task; else they are 0. */
export const WALK_TASK = 0x2;
/** The processor serves an interrupt: the task is the one that was interrupted, and has nothing to do with it. */
export const WALK_INTERRUPT = 0x4;
/** A program made the access itself, without the kernel: there are no addresses. */
export const WALK_USER = 0x8;
/** There was more than fits. */
export const WALK_CUT = 0x10;

export const WALK_FLAGS = 0;
export const WALK_PID = 1;
export const WALK_TGID = 2;
export const WALK_COMM = 3;
export const COMM_WORDS = 4;
/** Where addresses begin: the words before them are one task's, those from here on one stack's. */
export const WALK_ADDRESSES = 7;

export const MAX_ADDRESSES = 32;
/** Words that hold any walk. */
export const WALK_WORDS = WALK_ADDRESSES + MAX_ADDRESSES;

/** In place of an address: here an interrupt or exception came in; what follows is the instruction before which it did. */
export const WALK_INTERRUPTED_HERE = 0;
