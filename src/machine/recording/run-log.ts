// What a run was: the host's inputs with their places, which bring it about again, and what the guest made of them, by
// which two runs are compared.

import { ChainedHash, type ChainedHashState } from '../../base/chained-hash.ts';
import { EventWords } from '../../trace/event-words.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { LoggedInput } from './input.ts';
import { Marks, type MarksPosition } from './marks.ts';

/** How far a run has come, without the way there. Plain data. */
export interface LogPosition {
  readonly inputs: number;
  readonly marks: MarksPosition;
  readonly events: ChainedHashState;
  readonly console: ChainedHashState;
  readonly consoleBytes: number;
}

/** A whole log. Plain data. */
export interface RunLogState {
  readonly inputs: readonly LoggedInput[];
  readonly marks: Uint8Array;
  readonly position: LogPosition;
}

/** The run of one machine since its first power on. */
export class RunLog {
  readonly #words = new EventWords();
  readonly #events = new ChainedHash();
  readonly #console = new ChainedHash();
  readonly #marks = new Marks();
  #inputs: LoggedInput[] = [];
  #consoleBytes = 0;

  get inputs(): readonly LoggedInput[] {
    return this.#inputs;
  }

  /** Events so far. */
  get eventCount(): number {
    return this.#marks.events;
  }

  /** Bytes that the console has printed. */
  get consoleBytes(): number {
    return this.#consoleBytes;
  }

  /** A byte for each event: the first that differs between two runs tells where they part. A view. */
  get marks(): Uint8Array {
    return this.#marks.bytes;
  }

  addInput(input: LoggedInput): void {
    this.#inputs.push(input);
  }

  addEvent(event: RecordedEvent): void {
    const { words } = this.#words;
    const count = this.#words.write(event);
    this.#marks.add(words, count);
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

  position(): LogPosition {
    return {
      inputs: this.#inputs.length,
      marks: this.#marks.position(),
      events: this.#events.save(),
      console: this.#console.save(),
      consoleBytes: this.#consoleBytes,
    };
  }

  /** Goes back to a position on the way that this log has come. */
  rewind(position: LogPosition): void {
    this.#inputs = this.#inputs.slice(0, position.inputs);
    this.#marks.rewind(position.marks);
    this.#setHashes(position);
  }

  save(): RunLogState {
    return {
      inputs: [...this.#inputs],
      marks: this.#marks.bytes.slice(),
      position: this.position(),
    };
  }

  restore({ inputs, marks, position }: RunLogState): void {
    this.#inputs = [...inputs];
    this.#marks.restore(marks, position.marks);
    this.#setHashes(position);
  }

  #setHashes(position: LogPosition): void {
    this.#events.restore(position.events);
    this.#console.restore(position.console);
    this.#consoleBytes = position.consoleBytes;
  }
}
