// Answers what programs ask of the guest in the page.

import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import type { ImageUrls } from '../../src/worker/api/power.ts';
import type {
  PageAnswerers,
  PageQuestions,
  PageReply,
} from '../../src/worker/api/page-questions.ts';
import type { Power } from './power.ts';
import type { WorkerApi } from './worker-link.ts';

/** Mappings that are asked for at a time. */
const LISTED = 10_000;
const LAST_ADDRESS = (1n << 64n) - 1n;

async function listAll(api: WorkerApi, domain: number): Promise<readonly Mapping[]> {
  const { state } = await api.look.moment();
  if (state === null) {
    throw new Error('this machine has no IOMMU: it was booted with iommu "off"');
  }
  const all: Mapping[] = [];
  let from = 0n;
  for (;;) {
    const some = await api.look.listMappings(domain, from, LISTED);
    all.push(...some);
    const last = some.at(-1)?.virtEnd ?? LAST_ADDRESS;
    if (some.length < LISTED || last === LAST_ADDRESS) return all;
    from = last + 1n;
  }
}

export class PageAsking {
  readonly #answerers: PageAnswerers;

  constructor(power: Power, images: ImageUrls) {
    const worker = (): WorkerApi => {
      if (power.api === null) throw new Error('The PC is not started yet.');
      return power.api;
    };
    this.#answerers = {
      moment: async () => worker().look.moment(),
      mappings: async (domain) => listAll(worker(), domain),
      events: async () => worker().look.events(),
      rogueDma: async (request) => worker().dma.rogueDma(request),
      start: () => power.resume(),
      pause: () => power.pause(),
      powerCycle: () => power.reset(),
      place: async () => worker().past.place(),
      branches: async () => worker().past.branches(),
      registers: async () => worker().past.registers(),
      digest: async () => worker().past.digest(),
      goTo: async (sequence, branch) => worker().past.goTo(sequence, branch),
      toEnd: async (branch) => worker().past.toEnd(branch),
      drop: async (branch) => worker().past.drop(branch),
      recording: async () => worker().recording.save(),
      saveFile: async () => worker().saving.save(),
      giveFile: async (name, bytes) => worker().share.give(name, new Blob([bytes])),
      restoreFile: async (file) => worker().saving.restore(file, images),
    };
  }

  async ask<Q extends keyof PageQuestions>(
    question: Q,
    asked: PageQuestions[Q],
  ): Promise<PageReply<Q>> {
    try {
      return { isRefused: false, answer: await this.#answerers[question](...asked) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { isRefused: true, name, message };
    }
  }
}
