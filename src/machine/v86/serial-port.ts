// One of the PC's serial ports, seen from the other end of the cable.

import { Emitter, type Dispose } from '../../base/emitter.ts';
import type { Emulator } from './emulator.ts';

const NOWHERE = (): void => undefined;
/** Bytes gathered before they are handed on, at the latest. */
const CHUNK = 4096;

/** Host side of a UART: output arrives in chunks, when a tick of the machine's ends or a chunk is full. */
export class SerialPort {
  readonly #output = new Emitter<Uint8Array>();
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #input: (bytes: Uint8Array) => void;
  #length = 0;
  #deliver: (bytes: Uint8Array) => void = NOWHERE;
  #unread: readonly unknown[] = [];
  #tap: (bytes: Uint8Array) => void = () => undefined;
  /** What comes is no news to those who listen: the guest goes a way that it has gone before. */
  isMuted = false;

  /** `input` takes what is sent to the guest, and has it delivered when the machine may be touched. */
  constructor(input: (bytes: Uint8Array) => void) {
    this.#input = input;
  }

  /** Sets who gets all that the guest sends, news or not. */
  tap(listener: (bytes: Uint8Array) => void): void {
    this.#tap = listener;
  }

  /** Plugs the cable into port `number` of an emulator; an earlier emulator's port is left. */
  connect({ v86, cpu }: Pick<Emulator, 'v86' | 'cpu'>, number: 0 | 1): void {
    v86.add_listener(number === 0 ? 'serial0-output-byte' : 'serial1-output-byte', (byte) =>
      this.#take(byte),
    );
    this.#deliver = (bytes) => v86.serial_send_bytes(number, bytes);
    this.#unread = cpu.devices[number === 0 ? 'uart0' : 'uart1'].input;
  }

  /** Bytes on the line that the guest has not read yet. */
  get unread(): number {
    return this.#unread.length;
  }

  /** Pulls the cable out. */
  disconnect(): void {
    this.#deliver = NOWHERE;
    this.#unread = [];
  }

  /** Subscribes to what the guest sends. */
  onOutput(listener: (bytes: Uint8Array) => void): Dispose {
    return this.#output.on(listener);
  }

  /** Sends to the guest: text as UTF-8. */
  send(text: string): void {
    this.#input(new TextEncoder().encode(text));
  }

  /** Puts bytes on the line now. */
  deliver(bytes: Uint8Array): void {
    this.#deliver(bytes);
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#chunk.slice(0, this.#length);
    this.#length = 0;
    this.#tap(bytes);
    if (!this.isMuted) this.#output.emit(bytes);
  }

  #take(byte: number): void {
    this.#chunk[this.#length++] = byte;
    if (this.#length === CHUNK) this.flush();
  }
}
