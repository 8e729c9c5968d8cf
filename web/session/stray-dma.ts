// Stray DMA as a person directs it: which endpoint goes astray, where to, and where it would be let through.

import { signal, type ReadonlySignal } from '@preact/signals';
import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { Power } from './power.ts';

/** Mappings looked through for an address: more than a domain ever has under Linux. */
const MAX_SEARCHED = 100_000;

/** What is known of the IOMMU. */
type KnownDevice = Pick<MachineModel, 'state' | 'history'>;

/** An access that a person has had made, and what became of it. */
export interface StrayAccess {
  readonly request: RogueRequest;
  readonly result: RogueResult;
}

export class StrayDma {
  /** One was made. */
  readonly made = new Emitter<StrayAccess>();
  readonly #power: Power;
  readonly #device: () => KnownDevice;
  readonly #endpoint = signal<number | null>(null);
  #isUsed = false;

  /** `device` tells what is known of the IOMMU now. */
  constructor(power: Power, device: () => KnownDevice) {
    this.#power = power;
    this.#device = device;
    power.restarted.on(() => {
      this.#endpoint.value = null;
      this.#isUsed = false;
    });
  }

  /** The endpoint a person has picked; null until then. */
  get endpoint(): ReadonlySignal<number | null> {
    return this.#endpoint;
  }

  /** Whether an access was made since the machine was started. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  pick(endpoint: number): void {
    this.#endpoint.value = endpoint;
  }

  /** Makes an endpoint access memory. Rejects with an error for the user. */
  async send(request: RogueRequest): Promise<RogueResult> {
    const { api } = this.#power;
    if (api === null) throw new Error('The machine is not running.');
    this.#isUsed = true;
    const result = await api.dma.rogueDma(request);
    this.made.emit({ request, result });
    return result;
  }

  /** The lowest address that is mapped for such an access of the endpoint now; null when there is none. */
  findMapped(endpoint: number, access: RogueRequest['access']): bigint | null {
    const { state, history } = this.#device();
    const domain = state?.endpoints.find((each) => each.id === endpoint)?.domain ?? null;
    if (domain === null || history === undefined) return null;
    const right = access === 'write' ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;
    for (const id of history.present.ids(domain, MAX_SEARCHED)) {
      const mapping = history.lifetime(id);
      if (mapping !== undefined && (mapping.flags & right) !== 0) return mapping.virtStart;
    }
    return null;
  }
}
