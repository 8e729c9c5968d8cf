// What the host does to a run, from outside the guest: done between two ticks, and logged. The serial lines are here, too.

import type { Board } from './board.ts';
import type { GuestLoop } from './guest-loop.ts';
import type { Input } from './recording/input.ts';
import type { RunLog } from './recording/run-log.ts';
import type { Emulator } from './v86/emulator.ts';
import { SerialPort } from './v86/serial-port.ts';

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
    if (input.kind !== 'console' && input.kind !== 'agent') return;
    const port = input.kind === 'console' ? this.console : this.agent;
    this.#run.board.emulator.onGuestTime(() => port.deliver(input.bytes));
  }

  /** Does what the host wanted while the machine could not be touched. */
  drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.take(input);
  }

  /** The lines lead to another board. */
  connect(v86: Emulator['v86']): void {
    this.console.connect(v86, 0);
    this.agent.connect(v86, 1);
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
