// One life of a session's guest after the other: how far its start is, what it has printed, and what has ended it.

import { BootWatch, type GuestStage } from '../machine/boot-watch.ts';
import type { PowerEvent } from '../machine/power-event.ts';
import type { BootStory } from '../machine/snapshot/booted-guest.ts';
import { AGENT_GREETING } from '../shell/agent-greeting.ts';
import { ConsoleLog } from './console-log.ts';
import type { GuestSessionOptions } from './session-options.ts';
import type { SessionShells } from './session-shells.ts';

/** What ends a guest's life for good, until a power cycle. */
export type LifeEnd = Exclude<PowerEvent, 'power-cycled'>;

/** Things that last, and happen while a guest starts. */
export type BootMark = 'up' | 'agent';

type Recalled = Pick<BootStory, 'console' | 'agent' | 'bootMs'>;

/** What a life is part of. */
export interface LifePorts {
  /** Milliseconds of guest time since power on. */
  readonly timeMs: () => number;
  readonly onMark: (mark: BootMark) => void;
}

export class SessionLife {
  readonly log = new ConsoleLog();
  readonly #shells: SessionShells;
  readonly #options: Pick<GuestSessionOptions, 'until' | 'initrd'>;
  readonly #ports: LifePorts;
  #boot = new BootWatch();
  #bootMs: number | undefined;
  #end: LifeEnd | undefined;
  #number = 0;

  constructor(
    shells: SessionShells,
    options: Pick<GuestSessionOptions, 'until' | 'initrd'>,
    ports: LifePorts,
  ) {
    this.#shells = shells;
    this.#options = options;
    this.#ports = ports;
  }

  /** Counts lives: what waits for an answer of an earlier one does so in vain. */
  get number(): number {
    return this.#number;
  }

  get stage(): GuestStage {
    return this.#bootMs === undefined ? this.#boot.stage : 'ready';
  }

  /** Milliseconds of guest time from power on to the prompt; undefined before it. */
  get bootMs(): number | undefined {
    return this.#bootMs;
  }

  /** What it has ended with, if it has. */
  get end(): LifeEnd | undefined {
    return this.#end;
  }

  /** What the kernel said when it panicked; undefined when it has not. */
  get panic(): string | undefined {
    return this.#boot.panic;
  }

  takeConsole(bytes: Uint8Array): void {
    this.log.take(bytes);
    this.#boot.take(bytes);
    this.#shells.takeConsole(bytes);
    this.#noteBoot();
  }

  takeAgent(bytes: Uint8Array): void {
    const hadAgent = this.#shells.hasAgent;
    this.#shells.takeAgent(bytes);
    if (!hadAgent && this.#shells.hasAgent) this.#ports.onMark('agent');
    this.#noteBoot();
  }

  /** The machine starts from its firmware, or stands somewhere else. */
  begin(): void {
    this.#number += 1;
    this.#boot = new BootWatch();
    this.#shells.forget();
    this.#bootMs = undefined;
    this.#end = undefined;
  }

  /** The guest was up after so many milliseconds, if at all, as is known without having seen it. */
  resume(bootMs: number | undefined): void {
    this.#bootMs = bootMs;
  }

  /** What is known of the life of a guest that was saved. */
  recall({ console, agent, bootMs }: Recalled): void {
    this.#bootMs = bootMs ?? undefined;
    this.#boot.take(console);
    if (agent.length > 0) this.takeAgent(agent);
    if (bootMs !== null) this.#ports.onMark('up');
  }

  /** What was seen of it, for a guest that is saved. */
  witnessed(): Recalled {
    const encoder = new TextEncoder();
    return {
      console: encoder.encode(this.log.text.replaceAll('\n', '\r\n')),
      agent: encoder.encode(this.#shells.hasAgent ? AGENT_GREETING : ''),
      bootMs: this.#bootMs ?? null,
    };
  }

  finish(end: LifeEnd): void {
    this.#end = end;
  }

  #noteBoot(): void {
    if (this.#bootMs !== undefined || !this.#isUp()) return;
    this.#bootMs = this.#ports.timeMs();
    this.#ports.onMark('up');
    if (this.#options.until === undefined) this.log.skip();
  }

  #isUp(): boolean {
    const { until, initrd } = this.#options;
    if (until !== undefined) return this.log.match(until) !== undefined;
    // The project's guest has both, and its prompt comes last. Another one with the agent may have no prompt.
    return this.#boot.stage === 'ready' || (initrd !== undefined && this.#shells.hasAgent);
  }
}
