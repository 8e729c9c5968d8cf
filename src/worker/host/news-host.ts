// Gathers what the machine does and tells it to the page, at most once a frame.

import type { MachineBatch, NewsApi } from '../api/news.ts';
import { BatchBuilder } from './batch-builder.ts';
import { InstructionRate } from './instruction-rate.ts';
import type { MachineLife } from './machine-life.ts';

/** One frame of a 60 Hz screen: batches come no faster. */
const FRAME_MS = 16;

type Listener = (batch: MachineBatch) => unknown;

export class NewsHost implements NewsApi {
  readonly #life: MachineLife;
  readonly #batch = new BatchBuilder();
  readonly #rate = new InstructionRate();
  #listener: Listener = () => undefined;
  #isTicking = false;

  constructor(life: MachineLife) {
    this.#life = life;
    life.adopted.on((machine) => {
      machine.console.onOutput((bytes) => this.#batch.addConsole(bytes));
      machine.onEvent((event) => this.#batch.addEvent(event));
    });
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

  /** Looks after the guest, sends a batch, and waits until the page has taken it before the next. */
  async #tick(): Promise<void> {
    this.#isTicking = true;
    for (;;) {
      await this.#life.supervise();
      try {
        await this.#listener(this.#compose());
      } catch {
        // A page that can not take a batch gets the next one.
      }
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  }

  #compose(): MachineBatch {
    const { machine } = this.#life;
    return {
      ...this.#life.report(),
      ...this.#batch.take(),
      state: machine?.iommu?.state() ?? null,
      timeMs: machine?.timeMs ?? 0,
      mips: this.#rate.measure(machine, performance.now()),
    };
  }
}
