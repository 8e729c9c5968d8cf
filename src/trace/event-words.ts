// An event as 32-bit words, for comparing runs: the same words, the same event at the same instruction.

import type { RecordedEvent } from './recorded-event.ts';

/** More than any event has. */
const MAX_WORDS = 64;
const TWO_32 = 0x1_0000_0000;
const LOW_32 = 0xffff_ffffn;
const NULL_WORD = 0xffff_ffff;

/** Writes events into a buffer of its own: one for all of them, since each takes time of the guest that caused it. */
export class EventWords {
  /** The latest event's words, and what is left of others behind them. */
  readonly words = new Uint32Array(MAX_WORDS);
  #length = 0;

  /** Puts an event in place of the one before; returns how many words it has. */
  write({ instructions, event }: RecordedEvent): number {
    this.#length = 0;
    this.#put(instructions % TWO_32);
    this.#put(Math.floor(instructions / TWO_32));
    for (const value of Object.values(event)) this.#putValue(value);
    return this.#length;
  }

  #putValue(value: string | number | bigint | boolean | null): void {
    if (typeof value === 'number') this.#put(value);
    else if (typeof value === 'bigint') {
      this.#put(Number(value & LOW_32));
      this.#put(Number(value >> 32n));
    } else if (typeof value === 'string') {
      for (let index = 0; index < value.length; index += 1) this.#put(value.charCodeAt(index));
    } else this.#put(value === null ? NULL_WORD : Number(value));
  }

  #put(word: number): void {
    this.words[this.#length] = word;
    this.#length += 1;
  }
}
