// What a run was: the host's inputs with their places, which bring it about again, and what the guest made of them, by
// which two runs are compared.

import { ChainedHash, type ChainedHashState } from '../../base/chained-hash.ts';
import { EventWords } from '../../trace/event-words.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { LoggedInput } from './input.ts';

/** Plain data. */
export interface RunLogState {
  readonly inputs: readonly LoggedInput[];
  /** A byte for each event, made of it and all before it. */
  readonly marks: Uint8Array;
  /** Running hash that the marks are cut from. */
  readonly mark: number;
  readonly events: ChainedHashState;
  readonly console: ChainedHashState;
  readonly consoleBytes: number;
}

const FIRST_MARK = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** The run of one machine since its first power on. */
export class RunLog {
  readonly #words = new EventWords();
  readonly #events = new ChainedHash();
  readonly #console = new ChainedHash();
  #inputs: LoggedInput[] = [];
  #marks = new Uint8Array(1024);
  #eventCount = 0;
  #mark = FIRST_MARK;
  #consoleBytes = 0;

  get inputs(): readonly LoggedInput[] {
    return this.#inputs;
  }

  /** Events so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Bytes that the console has printed. */
  get consoleBytes(): number {
    return this.#consoleBytes;
  }

  /** A byte for each event: the first that differs between two runs tells where they part. */
  get marks(): Uint8Array {
    return this.#marks.subarray(0, this.#eventCount);
  }

  addInput(input: LoggedInput): void {
    this.#inputs.push(input);
  }

  addEvent(event: RecordedEvent): void {
    const { words } = this.#words;
    const count = this.#words.write(event);
    let mark = this.#mark;
    for (let index = 0; index < count; index += 1) {
      mark = Math.imul(mark ^ (words[index] ?? 0), FNV_PRIME);
      mark ^= mark >>> 15;
    }
    this.#mark = mark;
    if (this.#eventCount === this.#marks.length) {
      const larger = new Uint8Array(2 * this.#marks.length);
      larger.set(this.#marks);
      this.#marks = larger;
    }
    this.#marks[this.#eventCount] = mark;
    this.#eventCount += 1;
    this.#events.updateWords(words, count);
  }

  addConsole(bytes: Uint8Array): void {
    this.#consoleBytes += bytes.length;
    this.#console.update(bytes);
  }

  /** Hashes of all events with their instruction counts, and of all that the console printed. */
  hashes(): { readonly events: string; readonly console: string } {
    return { events: this.#events.hex(), console: this.#console.hex() };
  }

  save(): RunLogState {
    return {
      inputs: [...this.#inputs],
      marks: this.marks.slice(),
      mark: this.#mark,
      events: this.#events.save(),
      console: this.#console.save(),
      consoleBytes: this.#consoleBytes,
    };
  }

  restore(state: RunLogState): void {
    this.#inputs = [...state.inputs];
    this.#marks = state.marks.slice();
    this.#eventCount = state.marks.length;
    this.#mark = state.mark;
    this.#events.restore(state.events);
    this.#console.restore(state.console);
    this.#consoleBytes = state.consoleBytes;
  }
}
