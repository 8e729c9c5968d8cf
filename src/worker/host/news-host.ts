// Gathers what the machine does and tells it to the page, at most once a frame.

import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import { eventsOf } from '../../trace/record/record-batches.ts';
import type { MachineBatch, NewsApi, Preview } from '../api/news.ts';
import type { MachineStatus } from '../api/power.ts';
import { BatchBuilder } from './batch-builder.ts';
import { InstructionRate } from './instruction-rate.ts';
import type { MachineLife } from './machine-life.ts';

/** One frame of a 60 Hz screen: batches come no faster. */
const FRAME_MS = 16;
/** And no slower, when there is nothing to tell but counters and the time: an idle guest shall leave the host alone. */
const QUIET_MS = 500;

type Listener = (batch: MachineBatch) => unknown;

export class NewsHost implements NewsApi {
  readonly #life: MachineLife;
  readonly #batch = new BatchBuilder();
  readonly #rate = new InstructionRate();
  #listener: Listener = () => undefined;
  #isTicking = false;
  /** Ends the wait for news. */
  #wake: () => void = () => undefined;
  #told: MachineStatus | undefined;
  /** Who waits until the page has the news of now. */
  #waiting: (() => void)[] = [];

  constructor(life: MachineLife) {
    this.#life = life;
    life.adopted.on((machine) => {
      machine.console.onOutput((bytes) => {
        this.#batch.addConsole(bytes);
        this.#wake();
      });
      machine.onEvent((event) => {
        this.#batch.addEvent(event);
        this.#wake();
      });
    });
    life.previewed.on(({ info, story }) => {
      this.#takeStory(story);
      // At once: what follows takes the worker's whole time.
      void this.#tell({ info, mappings: story.mappings });
    });
    life.witnessed.on(({ isTold, ...story }) => {
      if (!isTold) this.#takeStory(story);
    });
    life.changed.on(() => this.#wake());
    life.poweredOn.on(({ byGuest }) => {
      this.#rate.forget();
      this.#batch.forgetEvents();
      if (!byGuest) this.#batch.forgetConsole();
    });
  }

  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    if (!this.#isTicking) void this.#tick();
  }

  /** Resolves when the page has taken the news of now, if there is one. */
  async told(): Promise<void> {
    if (!this.#isTicking) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  /** Looks after the guest, sends a batch, and waits until the page has taken it before the next. */
  async #tick(): Promise<void> {
    this.#isTicking = true;
    for (;;) {
      await this.#life.supervise();
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#tell();
      for (const resolve of waiting) resolve();
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      await this.#untilNews();
    }
  }

  /** Takes what the guest has done already for news. */
  #takeStory({ console, record }: Pick<BootStory, 'console' | 'record'>): void {
    this.#batch.beginConsole();
    this.#batch.addConsole(console);
    for (const event of eventsOf(record)) this.#batch.addEvent(event);
  }

  /** Resolves when the page has taken the batch. */
  async #tell(preview?: Preview): Promise<void> {
    try {
      const batch = this.#compose();
      await this.#listener(preview === undefined ? batch : { ...batch, preview });
    } catch {
      // A page that can not take a batch gets the next one.
    }
  }

  async #untilNews(): Promise<void> {
    const { isStarting, status } = this.#life;
    if (isStarting || status !== this.#told || this.#batch.hasNews || this.#waiting.length > 0)
      return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, QUIET_MS - FRAME_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  #compose(): MachineBatch {
    const { machine, status, story } = this.#life;
    this.#told = status;
    return {
      ...this.#life.report(),
      ...this.#batch.take(),
      state: machine?.iommu?.state() ?? story?.state ?? null,
      timeMs: machine?.timeMs ?? story?.timeMs ?? 0,
      mips: this.#rate.measure(machine, performance.now()),
    };
  }
}
