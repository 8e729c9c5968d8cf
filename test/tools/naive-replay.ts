// A device as its events tell of it, the naive way: from the first one on, one after the other.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { joinRegions } from '../../src/iommu/regions/region-window.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_S_OK,
} from '../../src/iommu/protocol/protocol.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { RecordHead } from '../../src/trace/record/head.ts';
import type { DeviceAnswer } from './device-answer.ts';

interface NaiveDomain {
  readonly isBypass: boolean;
  readonly endpoints: Set<number>;
  /** By start. */
  readonly mappings: Map<bigint, Mapping>;
}

export class NaiveReplay {
  readonly #head: RecordHead;
  readonly #domains = new Map<number, NaiveDomain>();
  #isBypass: boolean;
  #silent: Set<number>;

  /** At power on of a device with BYPASS_CONFIG. */
  constructor(head: RecordHead) {
    this.#head = head;
    this.#isBypass = head.device?.isBootBypass === true;
    this.#silent = silentAtStart(head);
  }

  apply(event: IommuEvent): void {
    if ('status' in event && event.status !== VIRTIO_IOMMU_S_OK) return;
    switch (event.kind) {
      case 'attached':
        this.#attach(event.endpoint, event.domain, event.flags);
        break;
      case 'detached':
        this.#leave(event.endpoint);
        break;
      case 'mapped': {
        const { virtStart, virtEnd, physStart, flags } = event;
        const mapping = { virtStart: toIova(virtStart), virtEnd: toIova(virtEnd), flags };
        const mappings = this.#domains.get(event.domain)?.mappings;
        mappings?.set(virtStart, { ...mapping, physStart: toGpa(physStart) });
        break;
      }
      case 'unmapped':
        this.#unmap(event.domain, event.virtStart, event.virtEnd);
        break;
      case 'bypass-changed':
        this.#isBypass = event.isBypass;
        break;
      case 'reset':
        this.#domains.clear();
        break;
      case 'system-reset':
      case 'power-cycled':
        this.#domains.clear();
        this.#isBypass = this.#head.device?.isBootBypass === true;
        this.#silent = silentAtStart(this.#head);
        break;
      case 'master-changed':
        if (event.isMaster) this.#silent.delete(event.endpoint);
        else this.#silent.add(event.endpoint);
        break;
      case 'probed':
      case 'ignored':
      case 'faulted':
      case 'started':
        break;
    }
  }

  answer(): DeviceAnswer {
    const domains = [...this.#domains].toSorted(([one], [other]) => one - other);
    const endpoints = this.#head.endpoints.map(({ id, reserved }) => {
      const [domain, found] = domains.find(([, { endpoints }]) => endpoints.has(id)) ?? [];
      const unattached = this.#isBypass ? ('bypass' as const) : ('blocked' as const);
      const attached = found?.isBypass === true ? ('bypass' as const) : ('attached' as const);
      return {
        id,
        mode: found === undefined ? unattached : attached,
        domain: domain ?? null,
        isMaster: !this.#silent.has(id),
        reserved,
      };
    });
    return {
      isBypass: this.#isBypass,
      endpoints,
      domains: domains.map(([id, { isBypass, mappings }]) => {
        const members = endpoints.filter(({ domain }) => domain === id);
        const list = [...mappings.values()].sort((a, b) => (a.virtStart < b.virtStart ? -1 : 1));
        return {
          id,
          isBypass,
          endpoints: members.map((endpoint) => endpoint.id),
          mappings: list.length,
          bytes: list.reduce((sum, { virtStart, virtEnd }) => sum + virtEnd - virtStart + 1n, 0n),
          reserved: isBypass ? [] : joinRegions(members.map(({ reserved }) => reserved)),
          list,
        };
      }),
    };
  }

  #attach(endpoint: number, id: number, flags: number): void {
    const isBypass = (flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
    if (this.#domains.get(id)?.endpoints.has(endpoint) === true) return;
    this.#leave(endpoint);
    const known = this.#domains.get(id);
    if (known !== undefined) known.endpoints.add(endpoint);
    else this.#domains.set(id, { isBypass, endpoints: new Set([endpoint]), mappings: new Map() });
  }

  #leave(endpoint: number): void {
    for (const [id, { endpoints }] of this.#domains) {
      if (endpoints.delete(endpoint) && endpoints.size === 0) this.#domains.delete(id);
    }
  }

  #unmap(domain: number, start: bigint, end: bigint): void {
    const mappings = this.#domains.get(domain)?.mappings ?? new Map<bigint, Mapping>();
    for (const { virtStart, virtEnd } of mappings.values()) {
      if (virtStart >= start && virtEnd <= end) mappings.delete(virtStart);
    }
  }
}

function silentAtStart({ endpoints }: RecordHead): Set<number> {
  return new Set(endpoints.filter(({ isMaster }) => isMaster === false).map(({ id }) => id));
}
