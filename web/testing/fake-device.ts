// A make-believe IOMMU for the page's tests and for designing the page: keeps domains and mappings, says what happened.

import {
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../src/iommu/protocol/protocol.ts';
import type {
  DeviceEvent,
  EndpointMode,
  EndpointState,
  IommuState,
} from '../../src/iommu/events/iommu-event.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { EndpointInfo } from '../../src/worker/api/power.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';

const PAGE = 0x1000n;
const TOP = 0x1_0000_0000n;

type Counters = { -readonly [Name in keyof EndpointState]: EndpointState[Name] };

/** Everything the fake machine needs of a device. */
export class FakeDevice {
  readonly #endpoints = new Map<number, Counters>();
  readonly #domains = new Map<number, Map<bigint, Mapping>>();
  readonly #next = new Map<number, bigint>();
  /** Where a rogue access has written. */
  readonly #written = new Set<bigint>();
  #events: RecordedEvent[] = [];
  #sequence = 0;
  #timeMs = 0;

  constructor(endpoints: readonly EndpointInfo[]) {
    for (const { id } of endpoints) {
      this.#endpoints.set(id, {
        id,
        mode: 'bypass',
        domain: null,
        isMaster: true,
        translated: 0,
        bypassed: 0,
        blocked: 0,
        translatedBytes: 0,
        bypassedBytes: 0,
        blockedBytes: 0,
        reserved: [],
      });
    }
  }

  setTime(timeMs: number): void {
    this.#timeMs = timeMs;
  }

  takeEvents(): readonly RecordedEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  say(event: DeviceEvent): void {
    this.#events.push({
      timeMs: this.#timeMs,
      instructions: 0,
      event: { ...event, sequence: ++this.#sequence },
    });
  }

  attach(endpoint: number, domain: number, mode: EndpointMode = 'attached'): void {
    const state = this.#endpoints.get(endpoint);
    if (state === undefined) return;
    this.say({ kind: 'probed', endpoint, status: 0 });
    state.domain = domain;
    state.mode = mode;
    if (!this.#domains.has(domain)) this.#domains.set(domain, new Map());
    this.say({ kind: 'attached', endpoint, domain, flags: mode === 'bypass' ? 1 : 0, status: 0 });
  }

  /** Maps pages top-down, as Linux allocates IOVAs; returns the first IOVA. */
  map(domain: number, pages: number, flags: number): bigint {
    const size = BigInt(pages) * PAGE;
    const start = (this.#next.get(domain) ?? TOP) - size;
    this.#next.set(domain, start > TOP - 0x18_0000n ? start : TOP);
    const phys = ((start * 7n) & 0x7ff_f000n) | 0x10_0000n;
    const end = start + size - 1n;
    const mappings = this.#domains.get(domain);
    if (mappings === undefined || mappings.has(start)) return start;
    mappings.set(start, {
      virtStart: toIova(start),
      virtEnd: toIova(end),
      physStart: toGpa(phys),
      flags,
    });
    this.say({
      kind: 'mapped',
      domain,
      virtStart: start,
      virtEnd: end,
      physStart: phys,
      flags,
      status: 0,
    });
    return start;
  }

  unmap(domain: number, start: bigint): void {
    const mapping = this.#domains.get(domain)?.get(start);
    if (mapping === undefined) return;
    this.#domains.get(domain)?.delete(start);
    const { virtStart, virtEnd } = mapping;
    this.say({ kind: 'unmapped', domain, virtStart, virtEnd, removed: 1, status: 0 });
  }

  access(endpoint: number, bytes: number): void {
    const state = this.#endpoints.get(endpoint);
    if (state === undefined) return;
    if (state.mode === 'bypass') {
      state.bypassed++;
      state.bypassedBytes += bytes;
    } else {
      state.translated++;
      state.translatedBytes += bytes;
    }
  }

  rogue(request: RogueRequest): RogueResult {
    const state = this.#endpoints.get(request.endpoint);
    if (state === undefined) throw new Error('No such endpoint.');
    const right = request.access === 'write' ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;
    const mapping = [...(this.#domains.get(state.domain ?? -1)?.values() ?? [])].find(
      (each) => each.virtStart <= request.address && request.address <= each.virtEnd,
    );
    if (state.mode === 'bypass' || ((mapping?.flags ?? 0) & right) !== 0) {
      this.access(request.endpoint, request.length);
      if (request.access === 'write') this.#written.add(request.address);
      const isWritten = this.#written.has(request.address);
      const bytes = Uint8Array.from({ length: 16 }, (_, index) =>
        isWritten ? 0x5a : (index * 37) & 0xff,
      );
      return { outcome: 'completed', bytes, isBypass: state.mode === 'bypass', region: null };
    }
    state.blocked++;
    state.blockedBytes += request.length;
    const reason =
      state.domain === null ? VIRTIO_IOMMU_FAULT_R_DOMAIN : VIRTIO_IOMMU_FAULT_R_MAPPING;
    const mappedFlags = mapping?.flags ?? null;
    this.say({
      kind: 'faulted',
      endpoint: request.endpoint,
      reason,
      flags: 0x100 | (request.access === 'write' ? 2 : 1),
      address: request.address,
      start: request.address,
      length: request.length,
      isRing: false,
      domain: state.domain,
      mappedFlags,
      isReported: true,
    });
    return { outcome: 'blocked', reason, address: request.address, mappedFlags };
  }

  list(domain: number, from: bigint, limit: number): readonly Mapping[] {
    return [...(this.#domains.get(domain)?.values() ?? [])]
      .filter((mapping) => mapping.virtEnd >= from)
      .sort((a, b) => (a.virtStart < b.virtStart ? -1 : 1))
      .slice(0, limit);
  }

  get state(): IommuState {
    return {
      sequence: this.#sequence,
      isBypass: true,
      endpoints: [...this.#endpoints.values()].map((each) => ({ ...each })),
      domains: [...this.#domains].map(([id, mappings]) => ({
        id,
        isBypass: false,
        endpoints: [...this.#endpoints.values()]
          .filter((each) => each.domain === id)
          .map((each) => each.id),
        mappings: mappings.size,
        translated: 0,
        blocked: 0,
        translatedBytes: 0,
        blockedBytes: 0,
        bytes: [...mappings.values()].reduce((sum, m) => sum + m.virtEnd - m.virtStart + 1n, 0n),
        reserved: [],
      })),
    };
  }
}
