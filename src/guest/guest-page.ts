// The guest in the page, for Playwright: the same questions as `GuestSession`, asked through the page's own handle.

import { GUEST_STAGES, type GuestStage } from '../machine/boot-watch.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import type { RunDigest } from '../machine/recording/run-digest.ts';
import type { RogueResult } from '../machine/rogue-access.ts';
import { checkGivenFile } from '../machine/share-room.ts';
import { CommandShell, type CommandResult } from '../shell/command-shell.ts';
import { ask, askForFile, askWithFile, type DrivenPage } from './driven-page.ts';
import { endpointId, type GuestRogueRequest } from './endpoint-id.ts';
import { GuestError } from './guest-error.ts';
import type { Guest } from './guest.ts';
import { PageIommu, PagePast } from './page-past.ts';
import { PageSigns } from './page-signs.ts';
import {
  contentBytes,
  type FileContent,
  type RunOptions,
  type WaitBounds,
} from './session-options.ts';

/** What the page offers as `globalThis.viommu`. */
export type { PageHandle } from '../worker/api/page-handle.ts';
export type { DrivenPage } from './driven-page.ts';

/** The guest that runs in a page. Commands are typed at its console's prompt. */
export class GuestPage implements Guest {
  readonly iommu: PageIommu;
  readonly past: PagePast;
  readonly #page: DrivenPage;
  readonly #signs: PageSigns;
  readonly #shell: CommandShell;
  #typed = '';
  #isCommandRunning = false;
  #lastRun: Promise<unknown> = Promise.resolve();

  private constructor(page: DrivenPage, bounds: WaitBounds) {
    this.#page = page;
    this.#shell = new CommandShell((text) => {
      this.#typed += text;
    }, true);
    this.#signs = new PageSigns(page, bounds, (bytes) => this.#shell.take(bytes));
    this.iommu = new PageIommu(page);
    this.past = new PagePast(page, () => this.#signs.arrive());
  }

  /** Resolves when the guest in the opened page is at its prompt; rejects with `GuestError` when it fails or stalls. */
  static async attach(page: DrivenPage, bounds: WaitBounds = {}): Promise<GuestPage> {
    const guest = new GuestPage(page, bounds);
    await guest.waitForBoot(bounds);
    return guest;
  }

  get plan(): Promise<MachinePlan> {
    return ask(this.#page, 'moment').then(({ plan }) => plan);
  }

  get timeMs(): Promise<number> {
    return ask(this.#page, 'moment').then(({ timeMs }) => timeMs);
  }

  get instructions(): Promise<number> {
    return ask(this.#page, 'moment').then(({ instructions }) => instructions);
  }

  /** How far the guest's start has come; `firmware` before there is a machine. */
  get stage(): Promise<GuestStage> {
    return this.#signs.look().then(() => {
      const { stage } = this.#signs;
      return GUEST_STAGES.find((each) => each === stage) ?? 'firmware';
    });
  }

  /** Everything the console printed that was seen so far. */
  get console(): string {
    return this.#signs.log.text;
  }

  start(): Promise<void> {
    return ask(this.#page, 'start');
  }

  pause(): Promise<void> {
    return ask(this.#page, 'pause');
  }

  async powerCycle(): Promise<void> {
    await ask(this.#page, 'powerCycle');
    await this.waitForBoot();
  }

  async waitForBoot(bounds: WaitBounds = {}): Promise<void> {
    const what = 'for a shell prompt';
    await this.#signs.look();
    const look = (): true | undefined => {
      const { stage, end } = this.#signs;
      return stage === 'ready' || end !== undefined || undefined;
    };
    await this.#signs.event(look, what, bounds);
    await this.#signs.answer(
      () => (this.#signs.stage === 'ready' ? true : undefined),
      what,
      bounds,
    );
    this.#signs.log.skip();
  }

  async waitForPowerOff(bounds: WaitBounds = {}): Promise<void> {
    const look = (): true | undefined => this.#signs.end === 'powered-off' || undefined;
    await this.#signs.event(look, 'for the guest to switch itself off', bounds);
  }

  async waitFor(pattern: RegExp | string, bounds: WaitBounds = {}): Promise<RegExpExecArray> {
    await this.#signs.look();
    const look = (): RegExpExecArray | undefined => this.#signs.log.match(pattern);
    return this.#signs.answer(look, `for ${pattern} on the console`, bounds);
  }

  /** Types on the console; `\n` is Enter. While the machine is paused the page keeps it, and types it then. */
  async type(text: string): Promise<void> {
    await this.#page.evaluate((typed) => globalThis.viommu?.type(typed), text);
  }

  async run(command: string, options: RunOptions = {}): Promise<CommandResult> {
    const run = this.#lastRun.then(() => this.#runNow(command, options));
    this.#lastRun = run.catch(() => undefined);
    return run;
  }

  rogueDma(request: GuestRogueRequest): Promise<RogueResult> {
    return ask(this.#page, 'rogueDma', { ...request, endpoint: endpointId(request.endpoint) });
  }

  async giveFile(name: string, content: FileContent): Promise<void> {
    const bytes = contentBytes(content);
    // What no machine takes would go into the page for seconds
    checkGivenFile({ name, bytes });
    await askWithFile(this.#page, { question: 'giveFile', name, bytes });
  }

  digest(): Promise<RunDigest> {
    return ask(this.#page, 'digest');
  }

  async saveFile(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#isCommandRunning) {
      throw new Error('a guest cannot be saved while it runs a command');
    }
    return askForFile(this.#page);
  }

  async restoreFile(file: Uint8Array): Promise<void> {
    await askWithFile(this.#page, { question: 'restoreFile', bytes: file });
    await this.#signs.arrive();
  }

  /** Pauses the guest, which stays in its page; what still waits for it is rejected. */
  async dispose(): Promise<void> {
    this.#signs.finish();
    await this.pause();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #runNow(command: string, options: RunOptions): Promise<CommandResult> {
    await this.#signs.look();
    const { life } = this.#signs;
    this.#isCommandRunning = true;
    try {
      this.#shell.start(command, options.onOutput);
      await this.#typeSent();
      const what = `for "${command}" to end`;
      return await this.#signs.answer(() => this.#shell.result, what, options, life);
    } catch (error) {
      if (life === this.#signs.life && this.#signs.end === undefined) {
        this.#shell.interrupt();
        await this.#typeSent();
      }
      throw error instanceof GuestError ? error.withOutput(this.#shell.output) : error;
    } finally {
      this.#isCommandRunning = false;
      this.#signs.log.skip();
    }
  }

  /** Types what the shell sends. */
  async #typeSent(): Promise<void> {
    const typed = this.#typed;
    this.#typed = '';
    await this.type(typed);
  }
}
