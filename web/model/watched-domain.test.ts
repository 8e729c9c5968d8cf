import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { HEAD, QUIET_BATCH, toldEvents } from '../testing/told-events.ts';
import { MachineModel } from './machine-model.ts';
import { MAX_ROWS } from './watched-domain.ts';

const DOMAIN = 3;
const ENDPOINT = 7;
const PAGE = 0x1000n;

const ATTACH: DeviceEvent = {
  kind: 'attached',
  endpoint: ENDPOINT,
  domain: DOMAIN,
  flags: 0,
  status: 0,
};
const DETACH: DeviceEvent = { kind: 'detached', endpoint: ENDPOINT, domain: DOMAIN, status: 0 };

function map(page: number, status = 0, domain = DOMAIN): DeviceEvent {
  const virtStart = BigInt(page) * PAGE;
  const virtEnd = virtStart + PAGE - 1n;
  return { kind: 'mapped', domain, virtStart, virtEnd, physStart: 7n * PAGE, flags: 3, status };
}

function unmap(page: number, pages: number, removed: number): DeviceEvent {
  const virtStart = BigInt(page) * PAGE;
  const virtEnd = virtStart + BigInt(pages) * PAGE - 1n;
  return { kind: 'unmapped', domain: DOMAIN, virtStart, virtEnd, removed, status: 0 };
}

/** A model that watches the domain, and what happens to it. */
class Watching {
  readonly model = new MachineModel();
  #sequence = 0;
  #begins: { head: typeof HEAD; keyframe: null } | null = { head: HEAD, keyframe: null };

  constructor() {
    this.model.watched.watch(DOMAIN);
  }

  tell(nowMs: number, ...events: readonly DeviceEvent[]): void {
    const record = toldEvents(
      ...events.map((event) => ({
        timeMs: 0,
        instructions: 0,
        event: { ...event, sequence: ++this.#sequence },
      })),
    );
    this.model.apply({ ...QUIET_BATCH, begins: this.#begins, record }, nowMs);
    this.#begins = null;
  }

  skip(events: number): void {
    this.#sequence += events;
  }

  get pages(): readonly bigint[] {
    return this.model.watched.rows.map(({ start }) => start / PAGE);
  }
}

describe('WatchedDomain', () => {
  it('follows MAP and UNMAP in IOVA order, and ignores what was refused, and other domains', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(9), map(2), map(2, 4), map(5, 0, DOMAIN + 1), map(1));
    expect(watching.pages).toEqual([1n, 2n, 9n]);
    watching.tell(2, unmap(0, 3, 2));
    expect(watching.pages).toEqual([9n]);
    expect(watching.model.watched.rows[0]).toEqual({
      id: 2,
      start: 9n * PAGE,
      end: 10n * PAGE - 1n,
      phys: 7n * PAGE,
      flags: 3,
    });
  });

  it('is empty after the domain ends with its last endpoint', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(1), DETACH, ATTACH);
    expect(watching.pages).toEqual([]);
    expect(watching.model.watched.isIncomplete).toBe(false);
  });

  it('notes what came and went between two looks, with its own bounds', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(1), map(2));
    watching.tell(20, map(3), unmap(0, 100, 3));
    const changes = watching.model.watched.changes.map(({ kind, start, end, atMs }) => [
      kind,
      start / PAGE,
      (end + 1n) / PAGE,
      atMs,
    ]);
    expect(changes).toEqual([
      ['mapped', 1n, 2n, 1],
      ['mapped', 2n, 3n, 1],
      ['mapped', 3n, 4n, 20],
      ['unmapped', 1n, 2n, 20],
      ['unmapped', 2n, 3n, 20],
      ['unmapped', 3n, 4n, 20],
    ]);
  });

  it('keeps a row while its mapping lives, and the rows while nothing changes', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(1));
    const [row] = watching.model.watched.rows;
    watching.tell(2, map(2));
    const { rows } = watching.model.watched;
    expect(rows[0]).toBe(row);
    watching.tell(3, map(5, 0, DOMAIN + 1));
    expect(watching.model.watched.rows).toBe(rows);
  });

  it('has the rows of another domain at once, and none of no domain', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(1), map(5, 0, DOMAIN + 1));
    watching.model.watched.watch(DOMAIN + 1);
    expect(watching.pages).toEqual([5n]);
    expect(watching.model.watched.changes).toEqual([]);
    watching.model.watched.watch(null);
    expect([watching.pages, watching.model.watched.count]).toEqual([[], 0]);
  });

  it('lists the first ones of very many, and says how many there are', () => {
    const watching = new Watching();
    const pages = Array.from({ length: MAX_ROWS + 5 }, (_, index) => map(MAX_ROWS + 5 - index));
    watching.tell(1, ATTACH, ...pages);
    expect(watching.pages).toHaveLength(MAX_ROWS);
    expect(watching.pages[0]).toBe(1n);
    expect(watching.model.watched.count).toBe(MAX_ROWS + 5);
  });

  it('knows that mappings are missing when nobody has told of events', () => {
    const watching = new Watching();
    watching.tell(1, ATTACH, map(1));
    watching.skip(1);
    watching.tell(2, map(3));
    expect(watching.pages).toEqual([3n]);
    expect(watching.model.watched.isIncomplete).toBe(true);
  });
});
