// The DMA engine of the `edu` device: its registers, its buffer, and one transfer at a time.

import { highWord, lowWord } from '../base/words.ts';
import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import {
  EDU_BUFFER_ADDRESS,
  EDU_BUFFER_BYTES,
  EDU_DMA_COMMAND,
  EDU_DMA_COUNT,
  EDU_DMA_DESTINATION,
  EDU_DMA_INTERRUPT,
  EDU_DMA_RUN,
  EDU_DMA_SOURCE,
  EDU_DMA_TO_MEMORY,
} from './edu-registers.ts';

/** What a read brings where nobody answers. */
const NOBODY = 0xff;
const WORD = 4;

/** The registers as words, each the lower half of 64 bits before the upper. */
const SOURCE = 0;
const DESTINATION = (EDU_DMA_DESTINATION - EDU_DMA_SOURCE) / WORD;
const COUNT = (EDU_DMA_COUNT - EDU_DMA_SOURCE) / WORD;
const COMMAND = (EDU_DMA_COMMAND - EDU_DMA_SOURCE) / WORD;
const WORDS = COMMAND + 1;

/** Plain data. */
export interface EduTransferState {
  readonly registers: Uint32Array;
  readonly buffer: Uint8Array;
}

export class EduTransfer {
  readonly #bus: AddressSpace<Address>;
  readonly #maskHigh: number;
  readonly #maskLow: number;
  readonly #registers = new Uint32Array(WORDS);
  readonly #buffer = new Uint8Array(EDU_BUFFER_BYTES);

  /** `mask`: the address bits that the device has. */
  constructor(bus: AddressSpace<Address>, mask: bigint) {
    this.#bus = bus;
    this.#maskHigh = highWord(mask);
    this.#maskLow = lowWord(mask);
  }

  get isRunning(): boolean {
    return (this.#word(COMMAND) & EDU_DMA_RUN) !== 0;
  }

  /** Whether an interrupt is wanted at the end. */
  get wantsInterrupt(): boolean {
    return (this.#word(COMMAND) & EDU_DMA_INTERRUPT) !== 0;
  }

  /** The word at an offset from EDU_DMA_SOURCE on, a multiple of 4; undefined where there is no register. */
  read(offset: number): number | undefined {
    return this.#registers[(offset - EDU_DMA_SOURCE) / WORD];
  }

  /** A word is written. Returns whether a transfer begins; while one is under way nothing is taken. */
  write(offset: number, value: number): boolean {
    const index = (offset - EDU_DMA_SOURCE) / WORD;
    if (this.isRunning || index >= WORDS) return false;
    if (index === COMMAND) {
      if ((value & EDU_DMA_RUN) === 0) return false;
      this.#registers[COMMAND] = value;
      return true;
    }
    this.#registers[index] = value;
    // A driver that writes words only means addresses of 32 bits
    if (index % 2 === 0) this.#registers[index + 1] = 0;
    return false;
  }

  /** Moves the bytes in one access, and ends the transfer. Returns false when memory refused. */
  finish(): boolean {
    const command = this.#word(COMMAND);
    this.#registers[COMMAND] = command & ~EDU_DMA_RUN;
    const isToMemory = (command & EDU_DMA_TO_MEMORY) !== 0;
    const bytes = this.#part(isToMemory ? SOURCE : DESTINATION);
    if (bytes === undefined) return true;
    const at = isToMemory ? DESTINATION : SOURCE;
    const high = (this.#word(at + 1) & this.#maskHigh) >>> 0;
    const low = (this.#word(at) & this.#maskLow) >>> 0;
    try {
      if (isToMemory) this.#bus.write(high, low, bytes);
      else this.#bus.read(high, low, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (!isToMemory) bytes.fill(NOBODY);
      return false;
    }
  }

  reset(): void {
    this.#registers.fill(0);
    this.#buffer.fill(0);
  }

  save(): EduTransferState {
    return { registers: this.#registers.slice(), buffer: this.#buffer.slice() };
  }

  /** Throws `Error` for what is no state of an engine. */
  restore({ registers, buffer }: EduTransferState): void {
    if (registers.length !== WORDS || buffer.length !== EDU_BUFFER_BYTES) {
      throw new Error('the state of the edu device is not whole');
    }
    this.#registers.set(registers);
    this.#buffer.set(buffer);
  }

  /** The part of the buffer that a transfer is about; undefined when it is empty or leaves the buffer. */
  #part(at: number): Uint8Array | undefined {
    const start = this.#word(at) - EDU_BUFFER_ADDRESS;
    const count = this.#word(COUNT);
    const isLow = this.#word(at + 1) === 0 && this.#word(COUNT + 1) === 0;
    if (!isLow || count === 0 || start < 0 || start + count > EDU_BUFFER_BYTES) return undefined;
    return this.#buffer.subarray(start, start + count);
  }

  #word(index: number): number {
    return this.#registers[index] ?? 0;
  }
}
