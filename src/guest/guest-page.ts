// The guest in the page, for Playwright: the same questions as `GuestSession`, asked through the page's own handle.

import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { RogueRequest, RogueResult } from '../machine/rogue-access.ts';
import { CommandShell, type CommandResult } from './command-shell.ts';
import { ConsoleLog } from './console-log.ts';
import { endpointId, type GuestRogueRequest } from './endpoint-id.ts';
import { GuestError } from './guest-error.ts';
import { DEFAULT_STALL_MS, type WaitBounds } from './session-options.ts';

/** What the page offers as `globalThis.viommu`. */
export type { PageHandle } from '../worker/api/page-handle.ts';

/** What is used of a Playwright `Page`. */
export interface DrivenPage {
  evaluate<R, A>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  waitForFunction<A>(
    run: (argument: A) => boolean,
    argument: A,
    options: { readonly timeout: number },
  ): Promise<unknown>;
}

type PageBounds = Pick<WaitBounds, 'stallMs'>;

const TAIL_LINES = 20;

/** The guest that runs in a page. Commands are typed at its console's prompt. */
export class GuestPage {
  readonly #page: DrivenPage;
  readonly #bounds: PageBounds;
  readonly #log = new ConsoleLog();
  readonly #shell: CommandShell;
  #position = 0;
  #sequence = 0;
  #isReady = false;
  #failure: string | null = null;
  #typed = '';

  private constructor(page: DrivenPage, bounds: PageBounds) {
    this.#page = page;
    this.#bounds = bounds;
    this.#shell = new CommandShell((text) => {
      this.#typed += text;
    }, true);
  }

  /** Resolves when the guest in the opened page is at its prompt; rejects with `GuestError` when it fails or stalls. */
  static async attach(page: DrivenPage, bounds: PageBounds = {}): Promise<GuestPage> {
    const guest = new GuestPage(page, bounds);
    await guest.#wait(() => (guest.#isReady ? true : undefined), 'for a shell prompt', bounds);
    guest.#log.skip();
    return guest;
  }

  /** Everything the console printed that was seen so far. */
  get console(): string {
    return this.#log.text;
  }

  /** Types on the console; `\n` is Enter. */
  async type(text: string): Promise<void> {
    await this.#page.evaluate((typed) => globalThis.viommu?.type(typed), text);
  }

  /** Resolves with the first match in what the console printed since the latest match. */
  async waitFor(pattern: RegExp | string, bounds: PageBounds = {}): Promise<RegExpExecArray> {
    return this.#wait(() => this.#log.match(pattern), `for ${pattern} on the console`, bounds);
  }

  /** Runs a command in a `sh` of its own; one at a time. One that is waited for in vain is interrupted. */
  async run(command: string, bounds: PageBounds = {}): Promise<CommandResult> {
    this.#shell.start(command);
    await this.#typeSent();
    try {
      return await this.#wait(() => this.#shell.result, `for "${command}" to end`, bounds);
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      this.#shell.interrupt();
      await this.#typeSent();
      throw error.withOutput(this.#shell.output);
    } finally {
      this.#log.skip();
    }
  }

  /** Types what the shell sends. */
  async #typeSent(): Promise<void> {
    const typed = this.#typed;
    this.#typed = '';
    await this.type(typed);
  }

  /** The IOMMU as the page shows it; null without one. */
  async iommuState(): Promise<IommuState | null> {
    return this.#page.evaluate(() => globalThis.viommu?.state() ?? null, undefined);
  }

  /** Lets an endpoint make an access that no driver asked for. */
  async rogueDma(request: GuestRogueRequest): Promise<RogueResult> {
    const named: RogueRequest = { ...request, endpoint: endpointId(request.endpoint) };
    const result = await this.#page.evaluate(
      (wanted) => globalThis.viommu?.rogueDma(wanted),
      named,
    );
    if (result === undefined) throw new Error('the page has no machine');
    return result;
  }

  /** The session so far as the bytes of a recording, which `GuestPast.replay` brings about again in Node. */
  async recording(): Promise<Uint8Array> {
    const bytes = await this.#page.evaluate(() => globalThis.viommu?.saveRecording(), undefined);
    if (bytes === undefined) throw new Error('the page has no machine');
    return Uint8Array.from(bytes);
  }

  async #wait<T>(attempt: () => T | undefined, what: string, bounds: PageBounds): Promise<T> {
    const stallMs = bounds.stallMs ?? this.#bounds.stallMs ?? DEFAULT_STALL_MS;
    for (;;) {
      const value = attempt();
      if (value !== undefined) return value;
      const tail = (): readonly string[] => this.#log.tail(TAIL_LINES);
      if (this.#failure !== null) {
        throw new GuestError('panicked', `Waited ${what}, but: ${this.#failure}`, tail());
      }
      // The guest's next sign of life decides, however long it takes the guest in all.
      // oxlint-disable-next-line no-await-in-loop -- one sign after the other
      if (!(await this.#takeSign(stallMs))) {
        const seconds = stallMs / 1000;
        const claim = `Waited ${what} in vain: no console output and no IOMMU event for ${seconds} s.`;
        throw new GuestError('stalled', claim, tail());
      }
    }
  }

  /** Takes what is new in the page; resolves with false when nothing is for the whole time. */
  async #takeSign(stallMs: number): Promise<boolean> {
    const known = {
      position: this.#position,
      sequence: this.#sequence,
      isReady: this.#isReady,
    };
    try {
      await this.#page.waitForFunction(
        ({ position, sequence, isReady }) => {
          const { viommu } = globalThis;
          if (viommu === undefined) return false;
          return (
            viommu.consoleFrom(position).end !== position ||
            (viommu.state()?.sequence ?? 0) !== sequence ||
            (viommu.stage() === 'ready') !== isReady ||
            viommu.failure() !== null
          );
        },
        known,
        { timeout: stallMs },
      );
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return false;
      throw error;
    }
    const sign = await this.#page.evaluate((position) => {
      const { viommu } = globalThis;
      const { text, end } = viommu?.consoleFrom(position) ?? { text: '', end: position };
      return {
        text,
        end,
        sequence: viommu?.state()?.sequence ?? 0,
        isReady: viommu?.stage() === 'ready',
        failure: viommu?.failure() ?? null,
      };
    }, this.#position);
    const bytes = new TextEncoder().encode(sign.text);
    this.#log.take(bytes);
    this.#shell.take(bytes);
    this.#position = sign.end;
    this.#sequence = sign.sequence;
    this.#isReady = sign.isReady;
    this.#failure = sign.failure;
    return true;
  }
}
