import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceEvent, IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import { WatchedDomain, type ListRequest } from './watched-domain.ts';

const DOMAIN = 3;
const ENDPOINT = 7;
const PAGE = 0x1000n;

/** A device with one domain of single pages. */
class Device {
  readonly pages = new Map<number, number>();
  isAttached = false;
  #sequence = 0;
  #phys = 0;

  #event(event: DeviceEvent): IommuEvent {
    return { ...event, sequence: ++this.#sequence };
  }

  attach(): IommuEvent {
    this.isAttached = true;
    return this.#event({
      kind: 'attached',
      endpoint: ENDPOINT,
      domain: DOMAIN,
      flags: 0,
      status: 0,
    });
  }

  detach(): IommuEvent {
    this.isAttached = false;
    this.pages.clear();
    return this.#event({ kind: 'detached', endpoint: ENDPOINT, domain: DOMAIN, status: 0 });
  }

  map(page: number): IommuEvent {
    const isFree = !this.pages.has(page);
    this.#phys++;
    if (isFree) this.pages.set(page, this.#phys);
    const virtStart = BigInt(page) * PAGE;
    return this.#event({
      kind: 'mapped',
      domain: DOMAIN,
      virtStart,
      virtEnd: virtStart + PAGE - 1n,
      physStart: BigInt(this.#phys) * PAGE,
      flags: 3,
      status: isFree ? 0 : 4,
    });
  }

  unmap(page: number, pages: number): IommuEvent {
    let removed = 0;
    for (let each = page; each < page + pages; each++) if (this.pages.delete(each)) removed++;
    return this.#event({
      kind: 'unmapped',
      domain: DOMAIN,
      virtStart: BigInt(page) * PAGE,
      virtEnd: BigInt(page + pages) * PAGE - 1n,
      removed,
      status: 0,
    });
  }

  list(): readonly Mapping[] {
    return [...this.pages]
      .sort(([a], [b]) => a - b)
      .map(([page, phys]) => ({
        virtStart: toIova(BigInt(page) * PAGE),
        virtEnd: toIova(BigInt(page + 1) * PAGE - 1n),
        physStart: toGpa(BigInt(phys) * PAGE),
        flags: 3,
      }));
  }

  state(): IommuState {
    const domain = {
      id: DOMAIN,
      isBypass: false,
      endpoints: [ENDPOINT],
      mappings: this.pages.size,
      bytes: BigInt(this.pages.size) * PAGE,
      translated: 0,
      blocked: 0,
      translatedBytes: 0,
      blockedBytes: 0,
      reserved: [],
    };
    return {
      sequence: this.#sequence,
      isBypass: false,
      endpoints: [
        {
          id: ENDPOINT,
          mode: this.isAttached ? 'attached' : 'blocked',
          domain: this.isAttached ? DOMAIN : null,
          translated: 0,
          bypassed: 0,
          blocked: 0,
          translatedBytes: 0,
          bypassedBytes: 0,
          blockedBytes: 0,
          reserved: [],
        },
      ],
      domains: this.isAttached ? [domain] : [],
    };
  }
}

function rowsOf(watched: WatchedDomain): string[] {
  return watched.rows.map((row) => `${row.start}:${row.phys}`);
}

function pagesOf(device: Device): string[] {
  return device.list().map((mapping) => `${mapping.virtStart}:${mapping.physStart}`);
}

function requestOf(watched: WatchedDomain, nowMs: number): ListRequest {
  const request = watched.takeListRequest(nowMs);
  if (request === null) throw new Error('no list is asked for');
  expect(request.domain).toBe(DOMAIN);
  return request;
}

function watching(device: Device): WatchedDomain {
  const watched = new WatchedDomain();
  watched.fold([device.attach()], device.state(), 0, 0);
  watched.watch(DOMAIN);
  watched.acceptList(requestOf(watched, 0), device.list());
  return watched;
}

describe('WatchedDomain', () => {
  it('follows MAP and UNMAP, and ignores what was refused', () => {
    const device = new Device();
    const watched = watching(device);
    const events = [device.map(1), device.map(2), device.map(2), device.map(9), device.unmap(0, 2)];
    watched.fold(events, device.state(), 0, 0);
    expect(rowsOf(watched)).toEqual(pagesOf(device));
    expect(watched.rows).toHaveLength(2);
    expect(watched.isSyncing).toBe(false);
  });

  it('is empty after the domain ends with its last endpoint', () => {
    const device = new Device();
    const watched = watching(device);
    watched.fold([device.map(1), device.detach(), device.attach()], device.state(), 0, 0);
    expect(watched.rows).toEqual([]);
    expect(watched.isSyncing).toBe(false);
  });

  it('asks for a list after events were left out, and not more often than it may', () => {
    const device = new Device();
    const watched = watching(device);
    device.map(4);
    watched.fold([], device.state(), 1, 10);
    expect(watched.takeListRequest(10)).toBeNull();
    const request = requestOf(watched, 300);
    expect(watched.takeListRequest(600)).toBeNull();
    watched.acceptList(request, device.list());
    expect(rowsOf(watched)).toEqual(pagesOf(device));
  });

  it('notices by the count that rows are missing', () => {
    const device = new Device();
    const watched = watching(device);
    device.map(4);
    const last = device.map(5);
    watched.fold([last], device.state(), 0, 1000);
    expect(watched.isSyncing).toBe(true);
  });

  it('asks again when a list could not be had', () => {
    const device = new Device();
    const watched = watching(device);
    watched.fold([], device.state(), 1, 500);
    watched.rejectList(requestOf(watched, 500));
    requestOf(watched, 1000);
  });

  it('has no use for the list of a domain it no longer watches', () => {
    const device = new Device();
    const watched = watching(device);
    watched.fold([device.map(1)], device.state(), 1, 500);
    const request = requestOf(watched, 500);
    watched.watch(null);
    watched.acceptList(request, device.list());
    expect(watched.rows).toEqual([]);
  });

  it('ends up right however list and events cross on the way', () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('map'), page: fc.nat(12) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('unmap'), page: fc.nat(12) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reattach'), page: fc.nat(1) }) },
      // Events reach the page; a list is made; it arrives; a batch loses its events.
      { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver'), page: fc.nat(1) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('list'), page: fc.nat(1) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('arrive'), page: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('lose'), page: fc.nat(1) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const device = new Device();
        const watched = watching(device);
        let nowMs = 0;
        let underway: IommuEvent[] = [];
        // Requests and answers travel too, each in its order, and may be overtaken by newer ones.
        const asked: ListRequest[] = [];
        const answers: { request: ListRequest; mappings: readonly Mapping[] }[] = [];
        const deliver = (dropped: number): void => {
          nowMs += 300;
          watched.fold(dropped > 0 ? [] : underway, device.state(), dropped, nowMs);
          underway = [];
          const request = watched.takeListRequest(nowMs);
          if (request !== null) asked.push(request);
        };
        const list = (): void => {
          const request = asked.shift();
          if (request !== undefined) answers.push({ request, mappings: device.list() });
        };
        const arrive = (): void => {
          const answer = answers.shift();
          if (answer !== undefined) watched.acceptList(answer.request, answer.mappings);
        };
        for (const { do: what, page } of actions) {
          if (what === 'map') underway.push(device.map(page));
          if (what === 'unmap') underway.push(device.unmap(page, 3));
          if (what === 'reattach') underway.push(device.detach(), device.attach());
          if (what === 'deliver') deliver(0);
          if (what === 'lose') deliver(1);
          if (what === 'list') list();
          if (what === 'arrive') arrive();
        }
        // Quiet: everything arrives, and asking for lists comes to an end.
        for (let round = 0; round < 5; round++) {
          deliver(0);
          while (asked.length > 0) list();
          while (answers.length > 0) arrive();
        }
        expect(watched.isSyncing).toBe(false);
        expect(rowsOf(watched)).toEqual(pagesOf(device));
      }),
      { numRuns: 300 },
    );
  });
});
