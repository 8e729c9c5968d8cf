// The two shells of a guest that commands can be run in: the agent's on ttyS1, and the one at the console's prompt.

import type { Machine } from '../machine/machine.ts';
import { AGENT_GREETING } from '../shell/agent-greeting.ts';
import { CommandShell, type CommandResult } from '../shell/command-shell.ts';
import { ConsoleLog } from './console-log.ts';

/** Which shell a command runs in. */
type ShellName = 'agent' | 'prompt';

/** Runs one command at a time: in the agent's shell where there is one, else at the prompt. */
export class SessionShells {
  readonly #shells: Readonly<Record<ShellName, CommandShell>>;
  #agentLog = new ConsoleLog();
  #hasAgent = false;
  #current: ShellName = 'prompt';
  #error: Error | undefined;

  constructor(machine: Machine) {
    this.#shells = {
      agent: new CommandShell((text) => machine.agent.send(text), false),
      prompt: new CommandShell((text) => machine.console.send(text), true),
    };
  }

  /** Whether the agent has greeted. */
  get hasAgent(): boolean {
    return this.#hasAgent;
  }

  /** Whether the latest command was typed at the console's prompt. */
  get isAtPrompt(): boolean {
    return this.#current === 'prompt';
  }

  /** What the latest command printed so far. */
  get output(): string {
    return this.#shells[this.#current].output;
  }

  /** How many commands were started on the agent's line and at the prompt; their numbers are sent along. */
  get counts(): readonly [agent: number, prompt: number] {
    return [this.#shells.agent.count, this.#shells.prompt.count];
  }

  /** Starts a command; `onOutput` gets what it prints, as it comes. Throws `CommandError` for one that is too long. */
  start(command: string, onOutput?: (text: string) => void): void {
    this.#current = this.#hasAgent ? 'agent' : 'prompt';
    this.#error = undefined;
    this.#shells[this.#current].start(command, onOutput);
  }

  /** The outcome of the latest command; undefined while it runs. Throws what was wrong with its output. */
  result(): CommandResult | undefined {
    if (this.#error !== undefined) throw this.#error;
    return this.#shells[this.#current].result;
  }

  /** Gives the latest command up: its processes are told to end. */
  interrupt(): void {
    this.#shells[this.#current].interrupt();
  }

  takeConsole(bytes: Uint8Array): void {
    this.#feed('prompt', bytes);
  }

  takeAgent(bytes: Uint8Array): void {
    if (this.#hasAgent) {
      this.#feed('agent', bytes);
      return;
    }
    this.#agentLog.take(bytes);
    this.#hasAgent = this.#agentLog.match(AGENT_GREETING) !== undefined;
  }

  /** The guest starts afresh. */
  forget(): void {
    this.#agentLog = new ConsoleLog();
    this.#hasAgent = false;
  }

  /** The guest was taken elsewhere in time; the numbers of so many commands may be in use there. */
  move(hasAgent: boolean, count: number): void {
    this.#hasAgent = hasAgent;
    for (const shell of Object.values(this.#shells)) shell.count = Math.max(shell.count, count);
  }

  /** The guest was put back to where it was. */
  restore(hasAgent: boolean, [agent, prompt]: readonly [number, number]): void {
    this.#hasAgent = hasAgent;
    this.#shells.agent.count = agent;
    this.#shells.prompt.count = prompt;
  }

  #feed(name: ShellName, bytes: Uint8Array): void {
    try {
      this.#shells[name].take(bytes);
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
  }
}
