// What is seen of the guest in a page from outside: its console, and signs that it lives.

import type { BootStage } from '../worker/api/power.ts';
import type { PageHandle } from '../worker/api/page-handle.ts';
import { ConsoleLog } from './console-log.ts';
import type { DrivenPage } from './driven-page.ts';
import { GuestError, type GuestFailure } from './guest-error.ts';
import { DEFAULT_STALL_MS, type WaitBounds } from './session-options.ts';

type FailureKind = NonNullable<ReturnType<PageHandle['failureKind']>>;

const TAIL_LINES = 20;

/** What of the page's failures ends a guest's life; the others it may go on from. */
const ENDS: Readonly<Partial<Record<FailureKind, GuestFailure>>> = {
  'kernel-panic': 'panicked',
  'powered-off': 'powered-off',
  halted: 'halted',
  internal: 'crashed',
  'no-answer': 'crashed',
  'no-webassembly': 'crashed',
  'image-missing': 'crashed',
  'image-corrupt': 'crashed',
  refused: 'crashed',
};

/** The page as it was looked at last. */
interface Seen {
  /** Characters that its console has printed. */
  readonly end: number;
  readonly sequence: number;
  readonly stage: BootStage;
  readonly life: string;
  readonly failureKind: FailureKind | null;
}

const NOTHING_YET: Seen = { end: 0, sequence: 0, stage: 'download', life: '', failureKind: null };

export class PageSigns {
  readonly log = new ConsoleLog();
  readonly #page: DrivenPage;
  readonly #bounds: WaitBounds;
  readonly #onConsole: (bytes: Uint8Array) => void;
  #seen = NOTHING_YET;
  #failure = '';
  #isOver = false;

  /** `bounds` are for waits without their own; `onConsole` gets what the console prints. */
  constructor(page: DrivenPage, bounds: WaitBounds, onConsole: (bytes: Uint8Array) => void) {
    this.#page = page;
    this.#bounds = bounds;
    this.#onConsole = onConsole;
  }

  get stage(): BootStage {
    return this.#seen.stage;
  }

  /** Another text for each life of the guest. */
  get life(): string {
    return this.#seen.life;
  }

  /** Why the guest's life is over; undefined while it is not. */
  get end(): GuestFailure | undefined {
    const { failureKind } = this.#seen;
    return failureKind === null ? undefined : ENDS[failureKind];
  }

  /** Nobody waits any more: what does is rejected with the next sign. */
  finish(): void {
    this.#isOver = true;
  }

  /** Looks at the page as it is now. */
  async look(): Promise<void> {
    const from = this.#seen.end;
    const { text, failure, ...seen } = await this.#page.evaluate((position) => {
      const { viommu } = globalThis;
      return {
        ...(viommu?.consoleFrom(position) ?? { text: '', end: position }),
        sequence: viommu?.state()?.sequence ?? 0,
        stage: viommu?.stage() ?? ('download' as const),
        life: viommu?.life() ?? '',
        failureKind: viommu?.failureKind() ?? null,
        failure: viommu?.failure() ?? '',
      };
    }, from);
    // Another wait may have looked meanwhile.
    const fresh = text.slice(Math.max(0, text.length - Math.max(0, seen.end - this.#seen.end)));
    const bytes = new TextEncoder().encode(seen.end > this.#seen.end ? fresh : '');
    this.#seen = { ...seen, end: Math.max(seen.end, this.#seen.end) };
    this.#failure = failure;
    this.log.take(bytes);
    this.#onConsole(bytes);
  }

  /** The page shows another time or life: what the console has printed by now is read. */
  async arrive(): Promise<void> {
    await this.look();
    this.log.skip();
  }

  /** Waits for what the guest does in a life, the one that it has now if none is named. Rejects with `GuestError`. */
  async answer<T>(
    attempt: () => T | undefined,
    what: string,
    bounds: WaitBounds,
    life = this.life,
  ): Promise<T> {
    return this.event(
      () => {
        if (this.life !== life) {
          throw this.#error('power-cycled', `Waited ${what}, but the guest was restarted.`);
        }
        const value = attempt();
        if (value === undefined && this.end !== undefined) {
          throw this.#error(this.end, `Waited ${what}, but: ${this.#failure}`);
        }
        return value;
      },
      what,
      bounds,
    );
  }

  /** Waits for what the page shows, whatever becomes of the guest. */
  async event<T>(look: () => T | undefined, what: string, bounds: WaitBounds): Promise<T> {
    const stallMs = bounds.stallMs ?? this.#bounds.stallMs ?? DEFAULT_STALL_MS;
    const signal = bounds.signal ?? this.#bounds.signal;
    for (;;) {
      if (this.#isOver) throw new Error('This guest was disposed. Attach a new one.');
      signal?.throwIfAborted();
      const value = look();
      if (value !== undefined) return value;
      // The guest's next sign of life decides, however long it takes the guest in all.
      // oxlint-disable-next-line no-await-in-loop -- one sign after the other
      if (!(await unlessAborted(this.#sign(stallMs), signal))) {
        const seconds = stallMs / 1000;
        const claim = `Waited ${what} in vain: no console output and no IOMMU event for ${seconds} s.`;
        throw this.#error('stalled', claim);
      }
      // oxlint-disable-next-line no-await-in-loop -- one sign after the other
      await this.look();
    }
  }

  /** Resolves with whether something new is there before the time is over. */
  async #sign(stallMs: number): Promise<boolean> {
    try {
      await this.#page.waitForFunction(
        (seen) => {
          const { viommu } = globalThis;
          if (viommu === undefined) return false;
          return (
            viommu.consoleFrom(seen.end).end !== seen.end ||
            (viommu.state()?.sequence ?? 0) !== seen.sequence ||
            viommu.stage() !== seen.stage ||
            viommu.life() !== seen.life ||
            viommu.failureKind() !== seen.failureKind
          );
        },
        this.#seen,
        { timeout: stallMs },
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return false;
      throw error;
    }
  }

  #error(failure: GuestFailure, claim: string): GuestError {
    return new GuestError(failure, claim, this.log.tail(TAIL_LINES));
  }
}

/** Rejects with the signal's reason when it comes first. */
async function unlessAborted<T>(action: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return action;
  // What comes after the abort is nobody's.
  action.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void =>
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    signal.addEventListener('abort', onAbort, { once: true });
    action.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
