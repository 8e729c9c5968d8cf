// The guest as it stands amid an instruction, read from v86's memory: one array, as v86's own properties make one at each
// access.

import type { GuestView } from '../../kernel/guest-view.ts';
import type { V86Cpu } from './v86-internals.ts';

/** Where v86 keeps its processor: indices of 32-bit words in its WebAssembly memory. */
const GENERAL_WORD = 64 / 4;
const PREVIOUS_IP_WORD = 560 / 4;
const CONTROL_WORD = 580 / 4;
/** The privilege level is this word's lowest byte. */
const PRIVILEGE_WORD = 612 / 4;
const PRIVILEGE_MASK = 0xff;
const SEGMENT_OFFSETS_WORD = 736 / 4;
const FS = 4;

export class CpuView implements GuestView {
  readonly firstWord: number;
  readonly ramBytes: number;
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

  get ip(): number {
    return this.#register(PREVIOUS_IP_WORD) >>> 0;
  }

  general(index: number): number {
    return this.#register(GENERAL_WORD + index);
  }

  get isUser(): boolean {
    return (this.#register(PRIVILEGE_WORD) & PRIVILEGE_MASK) !== 0;
  }

  get cr0(): number {
    return this.#register(CONTROL_WORD);
  }

  get cr3(): number {
    return this.#register(CONTROL_WORD + 3);
  }

  get cr4(): number {
    return this.#register(CONTROL_WORD + 4);
  }

  get fsBase(): number {
    return this.#register(SEGMENT_OFFSETS_WORD + FS) >>> 0;
  }

  #register(word: number): number {
    return this.words[word] ?? 0;
  }
}
