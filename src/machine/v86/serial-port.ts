// One of the PC's serial ports, seen from the other end of the cable.

import type { V86 } from 'v86';
import { Emitter, type Dispose } from '../../base/emitter.ts';

/** Bytes gathered before they are handed on, at the latest. */
const CHUNK = 4096;

/** Host side of a UART: output arrives in chunks as the guest's time slices end. */
export class SerialPort {
  readonly #output = new Emitter<Uint8Array>();
  readonly #chunk = new Uint8Array(CHUNK);
  #length = 0;
  #send: (bytes: Uint8Array) => void = () => undefined;

  /** Plugs the cable into port `number` of an emulator; an earlier emulator's port is left. */
  connect(emulator: V86, number: 0 | 1): void {
    emulator.add_listener(number === 0 ? 'serial0-output-byte' : 'serial1-output-byte', (byte) =>
      this.#take(byte),
    );
    this.#send = (bytes) => emulator.serial_send_bytes(number, bytes);
  }

  /** Subscribes to what the guest sends. */
  onOutput(listener: (bytes: Uint8Array) => void): Dispose {
    return this.#output.on(listener);
  }

  /** Sends to the guest: text as UTF-8. */
  send(text: string): void {
    this.#send(new TextEncoder().encode(text));
  }

  #take(byte: number): void {
    // The guest's time slice is synchronous: the microtask runs when it ends.
    if (this.#length === 0) queueMicrotask(() => this.#flush());
    this.#chunk[this.#length++] = byte;
    if (this.#length === CHUNK) this.#flush();
  }

  #flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#chunk.slice(0, this.#length);
    this.#length = 0;
    this.#output.emit(bytes);
  }
}
