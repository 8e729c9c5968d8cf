// Stray DMA as a person directs it: which endpoint goes astray, where to, and where it would be let through.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import type { Power } from './power.ts';

/** Mappings looked through at a time for an address, and how often: more than a domain ever has under Linux. */
const SEARCH_PAGE = 1_000;
const MAX_SEARCH_PAGES = 100;
const LAST_ADDRESS = (1n << 64n) - 1n;

export class StrayDma {
  readonly #power: Power;
  readonly #device: () => IommuState | null;
  readonly #endpoint = signal<number | null>(null);

  /** `device` tells the IOMMU's state of now. */
  constructor(power: Power, device: () => IommuState | null) {
    this.#power = power;
    this.#device = device;
    power.restarted.on(() => {
      this.#endpoint.value = null;
    });
  }

  /** The endpoint a person has picked; null until then. */
  get endpoint(): ReadonlySignal<number | null> {
    return this.#endpoint;
  }

  pick(endpoint: number): void {
    this.#endpoint.value = endpoint;
  }

  /** Makes an endpoint access memory. Rejects with an error for the user. */
  async send(request: RogueRequest): Promise<RogueResult> {
    const { api } = this.#power;
    if (api === null) throw new Error('The machine is not running.');
    return api.dma.rogueDma(request);
  }

  /** The lowest address that is mapped for such an access of the endpoint now; null when there is none. */
  async findMapped(endpoint: number, access: RogueRequest['access']): Promise<bigint | null> {
    const domain = this.#device()?.endpoints.find((each) => each.id === endpoint)?.domain ?? null;
    const { api } = this.#power;
    if (api === null || domain === null) return null;
    const right = access === 'write' ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;
    let from = 0n;
    for (let page = 0; page < MAX_SEARCH_PAGES; page++) {
      const mappings = await api.look.listMappings(domain, from, SEARCH_PAGE);
      const found = mappings.find((each) => (each.flags & right) !== 0);
      if (found !== undefined) return found.virtStart;
      const last = mappings.at(-1)?.virtEnd ?? LAST_ADDRESS;
      if (mappings.length < SEARCH_PAGE || last >= LAST_ADDRESS) return null;
      from = last + 1n;
    }
    return null;
  }
}
