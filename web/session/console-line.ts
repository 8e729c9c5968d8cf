// The line to the guest's serial console: what it prints, what is typed on it, and how large it is.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import { KeptOutput } from './kept-output.ts';
import type { Power } from './power.ts';

/** Characters kept while the machine is paused or restored: a long paste, and no file that was pasted by mistake. */
const MAX_QUEUED_INPUT = 65_536;

export class ConsoleLine {
  /** Bytes that the console printed. */
  readonly output = new Emitter<Uint8Array>();
  /** The same, from where it is kept on. */
  readonly transcript = new KeptOutput();
  /** All that it has printed until now is history: another machine, or another place in time. */
  readonly restarted = new Emitter<void>();
  readonly #power: Power;
  readonly #queuedInput = signal('');
  readonly #refusedInput = signal(0);
  #size = { columns: 80, rows: 24 };
  #isUsed = false;

  constructor(power: Power) {
    this.#power = power;
    power.restarted.on(() => {
      this.#queuedInput.value = '';
      this.#refusedInput.value = 0;
      this.#isUsed = false;
      this.transcript.clear();
      this.restarted.emit();
    });
    power.connected.on(() => void this.#tellSize());
    power.resumed.on(() => void this.#sendQueued());
    power.batches.on((batch) => {
      if (batch.isConsoleAnew) {
        this.transcript.clear();
        this.restarted.emit();
      }
      if (batch.console.length > 0) {
        this.transcript.emit(batch.console);
        this.output.emit(batch.console);
      }
      // What was typed while the machine was about to go on.
      if (batch.status === 'running' && this.#queuedInput.value !== '') void this.#sendQueued();
    });
  }

  /** Whether something was typed since the machine was started. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Input typed while paused or restored, to be sent when the machine goes on. */
  get queuedInput(): ReadonlySignal<string> {
    return this.#queuedInput;
  }

  /** Characters of the last input, if that was too much to wait with the rest; else 0. */
  get refusedInput(): ReadonlySignal<number> {
    return this.#refusedInput;
  }

  /** Sends keys to the console; while the machine is paused or restored they wait, or are refused as a whole. */
  async type(text: string): Promise<void> {
    this.#isUsed = true;
    const { value: status } = this.#power.status;
    if (status === 'paused' || status === 'restoring') {
      const fits = this.#queuedInput.value.length + text.length <= MAX_QUEUED_INPUT;
      this.#refusedInput.value = fits ? 0 : text.length;
      if (fits) this.#queuedInput.value += text;
      return;
    }
    await this.#power.attempt((api) => api.console.type(text));
  }

  /** Tells the guest how large its console is; a machine that is started later is told, too. */
  async resize(columns: number, rows: number): Promise<void> {
    this.#size = { columns, rows };
    await this.#tellSize();
  }

  async #tellSize(): Promise<void> {
    const { columns, rows } = this.#size;
    await this.#power.attempt((api) => api.console.resize(columns, rows));
  }

  async #sendQueued(): Promise<void> {
    const text = this.#queuedInput.value;
    this.#queuedInput.value = '';
    this.#refusedInput.value = 0;
    if (text !== '') await this.#power.attempt((api) => api.console.type(text));
  }
}
