// The guest as it stands amid an instruction, read from v86's memory: one array, as v86's own properties make one at each
// access.

import type { GuestView, RegisterWords } from '../../kernel/guest-view.ts';
import type { V86Cpu } from './v86-internals.ts';

/** Where v86 keeps its processor: byte offsets in its WebAssembly memory. */
const REGISTERS: RegisterWords = {
  general: 64 / 4,
  ip: 560 / 4,
  cr0: 580 / 4,
  cr3: 592 / 4,
  cr4: 596 / 4,
  // A byte, and three that are always 0
  privilege: 612 / 4,
  // The fifth segment
  fsBase: 752 / 4,
};

export class CpuView implements GuestView {
  readonly firstWord: number;
  readonly ramBytes: number;
  readonly registers = REGISTERS;
  readonly #memory: WebAssembly.Memory;
  #words: Int32Array;

  constructor(cpu: V86Cpu, memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#words = new Int32Array(memory.buffer);
    this.firstWord = cpu.mem8.byteOffset / 4;
    this.ramBytes = cpu.mem8.length;
  }

  get words(): Int32Array {
    // A memory that has grown has detached the view.
    if (this.#words.length === 0) this.#words = new Int32Array(this.#memory.buffer);
    return this.#words;
  }
}
