// Which endpoint is in which domain, and the moment a domain ends (virtio 1.2, 5.13.6.4: with its last endpoint).

import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import type { IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';

/** Whether nothing is attached or mapped any more. */
export function endsAllDomains({ kind }: IommuEvent): boolean {
  return kind === 'reset' || kind === 'system-reset' || kind === 'power-cycled';
}

/** Folds ATTACH and DETACH. */
export class Attachments {
  readonly #domainOf = new Map<number, number>();

  /** Takes over the device's own account. */
  replace(state: IommuState): void {
    this.#domainOf.clear();
    for (const endpoint of state.endpoints) {
      if (endpoint.domain !== null) this.#domainOf.set(endpoint.id, endpoint.domain);
    }
  }

  /** Applies an event; returns the domain that ended with it, or null. */
  fold(event: IommuEvent): number | null {
    if (endsAllDomains(event)) {
      this.#domainOf.clear();
      return null;
    }
    if (event.kind !== 'attached' && event.kind !== 'detached') return null;
    if (event.status !== VIRTIO_IOMMU_S_OK) return null;
    return this.#move(event.endpoint, event.kind === 'attached' ? event.domain : null);
  }

  #move(endpoint: number, domain: number | null): number | null {
    const old = this.#domainOf.get(endpoint) ?? null;
    if (domain === null) this.#domainOf.delete(endpoint);
    else this.#domainOf.set(endpoint, domain);
    if (old === null || old === domain) return null;
    return [...this.#domainOf.values()].includes(old) ? null : old;
  }
}
