// What the host does to a run, from outside the guest: done between two ticks, and logged. The serial lines are here, too.

import type { Board } from './board.ts';
import type { GuestLoop } from './guest-loop.ts';
import type { Input } from './recording/input.ts';
import type { RunLog } from './recording/run-log.ts';
import type { Emulator } from './v86/emulator.ts';
import { SerialPort } from './v86/serial-port.ts';

/**
 * Bytes that wait on a line at most, as many as a terminal of Linux holds. v86's port has no end, and Linux leaves an interrupt
 * for which some 128 KiB wait (`serial8250_interrupt`): its level then never falls, and the line would be dead.
 */
const LINE_BYTES = 4096;

/** What is used of the run. */
interface TouchedRun {
  /** Whether the host can not touch the machine now. */
  readonly isBusy: boolean;
  /** Another one after a power cycle. */
  readonly board: Board;
  readonly loop: Pick<GuestLoop, 'touch'>;
}

export class HostInputs {
  readonly console = new SerialPort((bytes) => this.take({ kind: 'console', bytes }));
  readonly agent = new SerialPort((bytes) => this.take({ kind: 'agent', bytes }));
  readonly #run: TouchedRun;
  readonly #log: RunLog | undefined;
  readonly #onTouch: () => void;
  /** What the host did while the machine could not be touched. */
  #waiting: Input[] = [];
  /** What was typed and the guest has no room for yet, for each line in its order. */
  readonly #unsent: Record<LineInput['kind'], Uint8Array[]> = { console: [], agent: [] };

  /** `onTouch` is called when the host is about to touch the machine. */
  constructor(run: TouchedRun, log: RunLog | undefined, onTouch: () => void) {
    this.#run = run;
    this.#log = log;
    this.#onTouch = onTouch;
    if (log !== undefined) this.console.tap((bytes) => log.addConsole(bytes));
  }

  /** Something the host does: at once where the machine can be touched, else as soon as it can, behind what waits already. */
  take(input: Input): void {
    if (this.#run.isBusy || this.#waiting.length > 0) {
      this.#waiting.push(input);
      return;
    }
    if (isTyped(input)) {
      this.#unsent[input.kind].push(...piecesOf(input.bytes));
      this.#sendOn(input.kind);
      return;
    }
    this.#do(input);
  }

  /** Puts as much of what was typed on its line as there is room for. */
  #sendOn(kind: LineInput['kind']): void {
    const pieces = this.#unsent[kind];
    for (let bytes = pieces[0]; bytes !== undefined; bytes = pieces[0]) {
      if (this[kind].unread + bytes.length > LINE_BYTES) return;
      pieces.shift();
      this.#do({ kind, bytes });
    }
  }

  #do(input: Input): void {
    this.note(input);
    this.deliver(input);
  }

  /** The host touches the machine here. */
  note(input: Input): void {
    this.#onTouch();
    const { tick, idleUs } = this.#run.loop.touch();
    this.#log?.addInput({ tick, idleUs, input });
  }

  /** Puts what is typed on its line; other inputs are not delivered. */
  deliver(input: Input): void {
    if (!isTyped(input)) return;
    this.#run.board.emulator.onGuestTime(() => this[input.kind].deliver(input.bytes));
  }

  /** Does what the host wanted while the machine could not be touched, and types on. */
  drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.take(input);
    if (this.#run.isBusy) return;
    this.#sendOn('console');
    this.#sendOn('agent');
  }

  /** The lines lead to another board: what was still to be typed was for the old one. */
  connect(emulator: Pick<Emulator, 'v86' | 'cpu'>): void {
    this.#unsent.console = [];
    this.#unsent.agent = [];
    this.console.connect(emulator, 0);
    this.agent.connect(emulator, 1);
  }

  /** The lines lead nowhere any more. */
  disconnect(): void {
    this.console.disconnect();
    this.agent.disconnect();
  }

  /** Tells what the lines have printed. */
  flush(): void {
    this.console.flush();
    this.agent.flush();
  }

  /** Keeps what the lines print from those who listen, or no longer. */
  setMuted(isMuted: boolean): void {
    this.console.isMuted = isMuted;
    this.agent.isMuted = isMuted;
  }
}

type LineInput = Extract<Input, { readonly bytes: Uint8Array; readonly kind: 'console' | 'agent' }>;

function isTyped(input: Input): input is LineInput {
  return input.kind === 'console' || input.kind === 'agent';
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += LINE_BYTES) yield bytes.slice(at, at + LINE_BYTES);
}
