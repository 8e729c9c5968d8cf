// What a session waits for: with its guest running, as long as there is progress, and only while the guest lives.

import { GuestError, GUEST_ENDS, type GuestFailure } from './guest-error.ts';
import type { ProgressWatch } from './progress-watch.ts';
import type { RunGate } from './run-gate.ts';
import type { SessionLife } from './session-life.ts';
import { sessionOver } from './session-over.ts';
import { DEFAULT_STALL_MS, type WaitBounds } from './session-options.ts';

const TAIL_LINES = 20;

/** What a session has its waits from. */
export interface WaitPorts {
  readonly gate: RunGate;
  readonly progress: ProgressWatch;
  readonly life: SessionLife;
  /** The session's own bounds. */
  readonly bounds: WaitBounds;
  /** Whether IOMMU events are signs of life. */
  readonly hearsEvents: () => boolean;
}

export class SessionWaits {
  readonly #ports: WaitPorts;
  #isOver = false;

  constructor(ports: WaitPorts) {
    this.#ports = ports;
  }

  /** Whether the session was disposed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The session is disposed: what still waits is rejected. */
  end(): void {
    this.#isOver = true;
    this.#ports.progress.notify();
  }

  /** Throws after the session was disposed. */
  checkUse(): void {
    if (this.#isOver) throw sessionOver();
  }

  /** Waits for what the guest does in this life. Rejects with `GuestError`, or with what `attempt` throws. */
  async answer<T>(attempt: () => T | undefined, what: string, bounds: WaitBounds): Promise<T> {
    this.checkUse();
    const { life } = this.#ports;
    const { number } = life;
    const look = (): T | undefined => {
      this.checkUse();
      if (number !== life.number) {
        throw this.#error('power-cycled', `Waited ${what}, but the guest was restarted.`);
      }
      const value = attempt();
      if (value === undefined && life.end !== undefined) {
        throw this.#error(life.end, `Waited ${what}, but ${GUEST_ENDS[life.end]}.`);
      }
      const { panic } = life;
      if (value === undefined && panic !== undefined) {
        throw this.#error('panicked', `Waited ${what}, but the guest’s kernel panicked: ${panic}`);
      }
      return value;
    };
    const signs = this.#ports.hearsEvents()
      ? 'console output and no IOMMU event'
      : 'console output';
    const claim = (ms: number): string => `Waited ${what} in vain: no ${signs} for ${ms / 1000} s.`;
    return this.event(look, bounds, claim);
  }

  /** Waits with the guest running, whatever becomes of it; `claim` says what was waited for in vain. */
  async event<T>(
    look: () => T | undefined,
    bounds: WaitBounds,
    claim: (stallMs: number) => string,
  ): Promise<T> {
    this.checkUse();
    const { gate, progress, bounds: own } = this.#ports;
    const stallMs = bounds.stallMs ?? own.stallMs ?? DEFAULT_STALL_MS;
    const options = { stallMs, signal: bounds.signal ?? own.signal };
    const fail = (): Error => this.#error('stalled', claim(stallMs));
    return gate.wait(look, (attempt) => progress.wait(attempt, options, fail));
  }

  #error(failure: GuestFailure, claim: string): GuestError {
    return new GuestError(failure, claim, this.#ports.life.log.tail(TAIL_LINES));
  }
}
