// The machine's switches: starts it, of several starts the newest, and turns it off and on.

import type { BootRequest, ImageUrls, MachineInfo, PowerApi } from '../api/power.ts';
import { NO_WEBASSEMBLY, startFailure, SupersededError } from './boot-story.ts';
import { buildMachine, machineInfo } from './machine-builder.ts';
import type { MachineLife } from './machine-life.ts';

function overtaken(cause?: unknown): SupersededError {
  return new SupersededError('A newer start has taken over.', { cause });
}

export class PowerHost implements PowerApi {
  readonly #life: MachineLife;
  /** Counts starts: an older one that is still loading gives up when it sees a newer. */
  #starts = 0;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async boot(request: BootRequest, images: ImageUrls): Promise<MachineInfo> {
    const start = ++this.#starts;
    const isCurrent = (): boolean => start === this.#starts;
    const life = this.#life;
    try {
      await life.leave()?.dispose();
      const { machine, story } = await buildMachine(request, images, {
        onLoaded: (...loaded) => {
          if (isCurrent()) life.progress.addLoaded(...loaded);
        },
        onVerify: () => {
          if (isCurrent()) life.progress.reach('verify');
        },
        onPreview: (preview) => {
          if (isCurrent()) life.preview(preview);
        },
        onWithdrawn: () => {
          if (isCurrent()) life.withdraw();
        },
        onFetched: (...loaded) => {
          if (isCurrent()) life.fetch(...loaded);
        },
      });
      if (!isCurrent()) {
        await machine.dispose();
        throw overtaken();
      }
      life.adopt(machine, story);
      return machineInfo(machine);
    } catch (error) {
      if (!isCurrent()) throw overtaken(error);
      life.fail(typeof WebAssembly === 'object' ? startFailure(error) : NO_WEBASSEMBLY);
      throw error;
    }
  }

  pause(): Promise<void> {
    return this.#life.pause();
  }

  async resume(): Promise<void> {
    this.#life.resume();
  }

  async reset(): Promise<void> {
    const { machine } = this.#life;
    if (machine === undefined) throw new Error('There is no machine to reset yet.');
    await this.#life.powerCycle(machine);
  }
}
