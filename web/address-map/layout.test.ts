import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { X86_MSI_REGION } from '../../src/iommu/regions/reserved-regions.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { sortPlaces } from '../../src/trace/replay/byte-order.ts';
import { LifetimeTable } from '../../src/trace/replay/lifetime.ts';
import { EMPTY_FOLD } from '../picture/fold.ts';
import { addressAt, wholeWindow, zoomWindow, type Window } from './axis.ts';
import { mapPartAt, mapPartWords } from './hit.ts';
import { GLOW_MS, layoutMap, type MapLayout } from './layout.ts';
import { litRanges } from './lit.ts';
import { mapRows } from './rows.ts';
import { MappingRuns } from './mapping-runs.ts';
import { axisFor, foldFor, spaceOf, type AddressSpace } from './space.ts';

const WIDTH = 600;
const QUIET = { changes: [], nowMs: 0, lit: [] };
const PAGE = 0x1000n;
/** Where Linux begins to give out addresses, from the top down. */
const TOP_PAGE = 0xffff_f000n;

/** A page that is mapped. */
interface Told {
  readonly start: bigint;
  readonly flags: number;
}

/** Mapped in this order by the events from 1 on, each page to the next one of memory; with accesses that were stopped. */
function spaceWith(told: readonly Told[], stopped: readonly bigint[] = []): AddressSpace {
  const table = new LifetimeTable();
  for (const [at, { start, flags }] of told.entries()) {
    const virtStart = toIova(start);
    const virtEnd = toIova(start + PAGE - 1n);
    const physStart = toGpa(0x10_0000n + BigInt(at) * PAGE);
    table.addMapping({ domain: 4, virtStart, virtEnd, physStart, flags }, at + 1);
  }
  const places = Uint32Array.from(told, (_, at) => at);
  sortPlaces(places, table.startHigh, table.startLow);
  const fault = {
    kind: 'faulted',
    endpoint: 80,
    reason: 2,
    flags: 2,
    length: 4,
    isRing: false,
  } as const;
  const meets = { domain: 4, mappedFlags: null, isReported: true };
  return spaceOf({
    domain: 4,
    runs: new MappingRuns(table, places),
    regions: [X86_MSI_REGION],
    inputRange: { start: 0n, end: 0xffff_ffffn },
    faults: stopped.map((address, at) => ({
      timeMs: at,
      fault: { ...fault, ...meets, address, start: address, sequence: 1000 + at },
    })),
    isIncomplete: false,
  });
}

function whole(space: AddressSpace): Window {
  return wholeWindow(axisFor(space, foldFor(EMPTY_FOLD, space)), WIDTH);
}

function layoutOf(space: AddressSpace, window = whole(space)): MapLayout {
  return layoutMap(window, space, QUIET);
}

const THREE: readonly Told[] = [
  { start: TOP_PAGE, flags: 1 },
  { start: TOP_PAGE - 2n * PAGE, flags: 2 },
  { start: TOP_PAGE - 4n * PAGE, flags: 3 },
];

describe('the layout of the address space map', () => {
  it('has a bar for each mapping with its rights, wherever it is zoomed to', () => {
    const space = spaceWith(THREE);
    const rights = layoutOf(space).bars.map(({ canRead, canWrite }) => [canRead, canWrite]);
    expect(rights).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
  });

  it('leaves out no mapping and tells none twice, with any number of them at any zoom', () => {
    const some = fc.uniqueArray(fc.nat(5_000), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(some, fc.nat(12), fc.nat(WIDTH), (pages, zooms, x) => {
        const space = spaceWith(pages.map((page) => ({ start: BigInt(page) * PAGE, flags: 3 })));
        let window = whole(space);
        for (let each = 0; each < zooms; each += 1) window = zoomWindow(window, 0.6, x);
        const { bars } = layoutOf(space, window);
        const shown = bars.flatMap(({ index, count }) =>
          Array.from({ length: count }, (_, at) => index + at),
        );
        const [first, last] = [addressAt(window, 0), addressAt(window, WIDTH - 0.01)];
        const from = first?.kind === 'address' ? first.address : undefined;
        const to = last?.kind === 'address' ? last.address : undefined;
        const { runs } = space;
        const wanted = Array.from({ length: runs.count }, (_, at) => at).filter(
          (at) =>
            (from === undefined || runs.endOf(at) >= from) &&
            (to === undefined || runs.startOf(at) <= to),
        );
        if (from !== undefined && to !== undefined) {
          // One that ends or begins on the edge may be either way
          expect(shown).toEqual(expect.arrayContaining(wanted));
          expect(shown.length).toBeLessThanOrEqual(wanted.length + 2);
        }
        expect(shown).toEqual([...new Set(shown)].toSorted((one, other) => one - other));
        for (const { x: left, width } of bars) {
          expect(left).toBeGreaterThanOrEqual(-1);
          expect(left + width).toBeLessThanOrEqual(WIDTH + 1);
        }
      }),
    );
  });

  it('takes as many bars for 100,000 mappings as there are pixels', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({
      start: BigInt(2 * at) * PAGE,
      flags: 1 + (at % 3),
    }));
    const { bars } = layoutOf(spaceWith(many));
    expect(bars.length).toBeLessThanOrEqual(WIDTH);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
    expect(bars[300]?.share).toBeCloseTo(0.5, 1);
    expect(bars[300]).toMatchObject({ canRead: true, canWrite: true });
  });

  it('shows the ends of the device’s range, regions, and faults at their addresses', () => {
    const space = spaceWith(THREE, [0xdead_b000n, 0xdead_b004n]);
    const { regions, faults, folds } = layoutOf(space);
    expect(regions.map(({ kind }) => kind)).toEqual(['msi']);
    expect(faults).toEqual([expect.objectContaining({ count: 2 })]);
    expect(folds.length).toBe(3);
    const beyond = spaceWith(THREE, [0x1_0000_0000_0000n]);
    expect(layoutOf(beyond).regions.map(({ kind }) => kind)).toContain('outside');
  });

  it('says what is at a place: mapping, crowd, fault, region, fold, nothing', () => {
    const space = spaceWith(THREE, [0xdead_b000n]);
    const window = whole(space);
    const layout = layoutOf(space, window);
    const kinds = new Set<string>();
    const words = new Set<string>();
    const facts = { makerOf: () => 'by init (pid 1)', faultSentence: () => null };
    for (let x = 0; x < WIDTH; x += 1) {
      const part = mapPartAt(layout, space, x, 0);
      if (part === null) continue;
      kinds.add(part.kind);
      words.add(mapPartWords(part, facts).replace(/^0x\S+/, 'A'));
    }
    expect([...kinds].toSorted()).toEqual(['fault', 'fold', 'mapping', 'nothing', 'region']);
    expect([...words].join('\n')).toContain('made by event #1, by init (pid 1)');
    const crowd = spaceWith(
      Array.from({ length: 9_000 }, (_, at) => ({ start: BigInt(at) * PAGE, flags: 3 })),
    );
    expect(mapPartAt(layoutOf(crowd), crowd, 200)).toMatchObject({ kind: 'crowd' });
  });

  it('lights what is selected: a mapping, an address, a page of memory, an event', () => {
    const space = spaceWith(THREE);
    const { virtStart: iova, physStart: gpa, virtEnd, id } = space.runs.get(1);
    const range = [{ start: iova, end: virtEnd }];
    const { domain } = space;
    expect(litRanges(space, { kind: 'mapping', domain, iova, id }, () => undefined)).toEqual(range);
    expect(litRanges(space, { kind: 'iova', domain, iova }, () => undefined)).toEqual(range);
    expect(litRanges(space, { kind: 'page', gpa }, () => undefined)).toEqual(range);
    const mapped = {
      kind: 'mapped',
      domain,
      virtStart: iova,
      virtEnd,
      physStart: gpa,
      flags: 3,
      status: 0,
      sequence: 1,
    } as const;
    expect(litRanges(space, { kind: 'event', sequence: 1 }, () => mapped)).toEqual(range);
    expect(litRanges(space, { kind: 'mapping', domain: 99, iova, id }, () => mapped)).toEqual([]);
  });

  it('lets a change glow and fade', () => {
    const space = spaceWith(THREE);
    const change = { kind: 'mapped', start: TOP_PAGE, end: 0xffff_ffffn, atMs: 1000 } as const;
    const glowsAt = (nowMs: number) =>
      layoutMap(whole(space), space, { changes: [change], nowMs, lit: [] }).glows;
    expect(glowsAt(1000)).toEqual([expect.objectContaining({ kind: 'mapped', strength: 1 })]);
    expect(glowsAt(1000 + GLOW_MS / 2)[0]?.strength).toBeCloseTo(0.5);
    expect(glowsAt(1000 + GLOW_MS)).toEqual([]);
  });

  it('has the same in a table', () => {
    const space = spaceWith(THREE, [0xdead_b000n]);
    const { rows, more } = mapRows(layoutOf(space), space, () => null);
    expect(more).toBe(0);
    expect(rows.map(({ what }) => what.replace(/,.*| to .*/, ''))).toEqual([
      'nothing is mapped',
      '1 access stopped',
      'nothing is mapped',
      'interrupt (MSI) window',
      'nothing is mapped',
      '4 KiB',
      '4 KiB',
      '4 KiB',
    ]);
    expect(rows.at(-1)?.who).toBe('event #1');
  });
});
