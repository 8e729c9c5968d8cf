// Has endpoints make accesses that no driver asked for.

import type { RogueRequest, RogueResult, StrayDmaApi } from '../api/stray-dma.ts';
import type { MachineLife } from './machine-life.ts';

export class StrayDmaHost implements StrayDmaApi {
  readonly #life: MachineLife;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async rogueDma(request: RogueRequest): Promise<RogueResult> {
    const { machine } = this.#life;
    if (machine === undefined) throw new Error('The machine is not started yet.');
    return machine.rogueDma(request);
  }
}
