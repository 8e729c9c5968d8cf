// Keeps the guest's terminal as large as the one the user sees, so that its shell wraps lines where they end.
//
// A serial line has no size of its own. The guest image's agent on ttyS1 sets it; other guests keep theirs. A guest that
// stands still is told when it goes on: until then it stays as it is, whatever becomes of the page around it.

import type { SerialPort } from '../../machine/v86/serial-port.ts';
import { AgentGreeting } from '../../shell/agent-greeting.ts';

/** What a terminal can sensibly have; also what `stty` takes. */
const MAX_CELLS = 1000;

/** One console's size in character cells. */
export class ConsoleSize {
  readonly #greeting = new AgentGreeting();
  #agent: SerialPort | undefined;
  #isAgentReady = false;
  #isRunning = false;
  #columns = 0;
  #rows = 0;
  /** What the agent was told last. */
  #told = '';

  /** Follows the agent of a newly started machine. */
  follow(agent: SerialPort): void {
    this.#agent = agent;
    this.#isAgentReady = false;
    this.#greeting.forget();
    agent.onOutput((bytes) => {
      if (agent === this.#agent) this.takeAgent(bytes);
    });
  }

  /** Takes what the agent says, or has said before it was followed. */
  takeAgent(bytes: Uint8Array): void {
    if (this.#greeting.take(bytes)) this.reach();
  }

  /** The agent is there, and knows nothing. */
  reach(): void {
    this.#isAgentReady = true;
    this.#told = '';
    this.#apply();
  }

  /** The machine runs from now on, or stands still. */
  setRunning(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.#apply();
  }

  /** The machine starts over: nobody listens until its agent is back. */
  restart(): void {
    this.#isAgentReady = false;
    this.#greeting.forget();
  }

  /** Takes a size; sizes that no terminal has are ignored. */
  resize(columns: number, rows: number): void {
    const isSensible = [columns, rows].every(
      (cells) => Number.isInteger(cells) && cells >= 1 && cells <= MAX_CELLS,
    );
    if (!isSensible) return;
    this.#columns = columns;
    this.#rows = rows;
    this.#apply();
  }

  #apply(): void {
    if (!this.#isAgentReady || !this.#isRunning || this.#columns === 0) return;
    const size = `columns ${this.#columns} rows ${this.#rows}`;
    if (size === this.#told) return;
    this.#told = size;
    this.#agent?.send(`stty -F /dev/ttyS0 ${size} </dev/null >/dev/null 2>&1\n`);
  }
}
