// Commands that the page has run in the guest: one at a time, in the shell of its agent on ttyS1.

import type { SerialPort } from '../../machine/v86/serial-port.ts';
import { AgentGreeting } from '../../shell/agent-greeting.ts';
import { CommandShell, type CommandResult } from '../../shell/command-shell.ts';

/** Commands that wait: a page that asks for more is not waiting for any. */
const MAX_WAITING = 64;

interface Waiting {
  readonly command: string;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: Error) => void;
}

export class AgentShell {
  readonly #greeting = new AgentGreeting();
  readonly #waiting: Waiting[] = [];
  #agent: SerialPort | undefined;
  #shell: CommandShell | undefined;
  #isAgentReady = false;
  #current: Waiting | undefined;

  /** Whether the agent has greeted. */
  get hasAgent(): boolean {
    return this.#isAgentReady;
  }

  /** Follows the agent of a newly started machine. */
  follow(agent: SerialPort): void {
    this.#agent = agent;
    this.#isAgentReady = false;
    this.#greeting.forget();
    // Marks of an earlier guest are none of this one's
    this.#shell = new CommandShell((text) => agent.send(text), false);
    agent.onOutput((bytes) => {
      if (agent === this.#agent) this.takeAgent(bytes);
    });
  }

  /** Takes what the agent says, or has said before it was followed. */
  takeAgent(bytes: Uint8Array): void {
    if (!this.#isAgentReady) {
      if (this.#greeting.take(bytes)) this.reach();
      return;
    }
    if (this.#current !== undefined) this.#take(this.#current, bytes);
  }

  /** The agent is there. */
  reach(): void {
    this.#isAgentReady = true;
    this.#next();
  }

  /** The guest starts afresh, or is taken elsewhere: what was asked of it is not answered any more. */
  restart(): void {
    this.#isAgentReady = false;
    this.#greeting.forget();
    const given = this.#current === undefined ? [] : [this.#current];
    this.#current = undefined;
    const error = new Error('The PC was started afresh, or taken elsewhere in time, meanwhile.');
    for (const { reject } of [...given, ...this.#waiting.splice(0)]) reject(error);
  }

  /** Runs a command when those before it are over. */
  run(command: string): Promise<CommandResult> {
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new Error('Too many commands wait for the ones before them.'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (!this.#isAgentReady || this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#current = next;
    try {
      this.#shell?.start(next.command);
    } catch (error) {
      this.#end(() => next.reject(asError(error)));
    }
  }

  #take(current: Waiting, bytes: Uint8Array): void {
    try {
      this.#shell?.take(bytes);
    } catch (error) {
      this.#shell?.interrupt();
      this.#end(() => current.reject(asError(error)));
      return;
    }
    const result = this.#shell?.result;
    if (result !== undefined) this.#end(() => current.resolve(result));
  }

  #end(settle: () => void): void {
    this.#current = undefined;
    settle();
    this.#next();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
