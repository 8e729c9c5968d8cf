// What the registers of a CPU hold.

/** Unsigned 32-bit values, but for the 16 bits of the segment registers. */
export interface Registers {
  readonly eax: number;
  readonly ecx: number;
  readonly edx: number;
  readonly ebx: number;
  readonly esp: number;
  readonly ebp: number;
  readonly esi: number;
  readonly edi: number;
  /** Linear address of the next instruction. */
  readonly eip: number;
  readonly eflags: number;
  readonly cs: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  /** Whether the CPU waits for an interrupt. */
  readonly isHalted: boolean;
}
