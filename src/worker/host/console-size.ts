// Keeps the guest's terminal as large as the one the user sees, so that its shell wraps lines where they end.
//
// A serial line has no size of its own. The guest image's agent on ttyS1 sets it; other guests keep theirs.

import type { SerialPort } from '../../machine/v86/serial-port.ts';

const AGENT_READY = 'viommu-agent ready';
/** What a terminal can sensibly have; also what `stty` takes. */
const MAX_CELLS = 1000;

/** One console's size in character cells. */
export class ConsoleSize {
  readonly #decoder = new TextDecoder();
  #agent: SerialPort | undefined;
  #isAgentReady = false;
  #columns = 0;
  #rows = 0;

  /** Follows the agent of a newly started machine. */
  follow(agent: SerialPort): void {
    this.#agent = agent;
    this.#isAgentReady = false;
    agent.onOutput((bytes) => {
      if (agent === this.#agent) this.takeAgent(bytes);
    });
  }

  /** Takes what the agent says, or has said before it was followed. */
  takeAgent(bytes: Uint8Array): void {
    if (this.#decoder.decode(bytes).includes(AGENT_READY)) this.reach();
  }

  /** The agent is there. */
  reach(): void {
    this.#isAgentReady = true;
    this.#apply();
  }

  /** The machine starts over: nobody listens until its agent is back. */
  restart(): void {
    this.#isAgentReady = false;
  }

  /** Takes a size; sizes that no terminal has are ignored. */
  resize(columns: number, rows: number): void {
    const isSensible = [columns, rows].every(
      (cells) => Number.isInteger(cells) && cells >= 1 && cells <= MAX_CELLS,
    );
    if (!isSensible || (columns === this.#columns && rows === this.#rows)) return;
    this.#columns = columns;
    this.#rows = rows;
    this.#apply();
  }

  #apply(): void {
    if (!this.#isAgentReady || this.#columns === 0) return;
    this.#agent?.send(
      `stty -F /dev/ttyS0 columns ${this.#columns} rows ${this.#rows} </dev/null >/dev/null 2>&1\n`,
    );
  }
}
