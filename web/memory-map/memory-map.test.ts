import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINT, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { PastRig, type DeviceMoment } from '../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../test/support/past-steps.ts';
import { toIova } from '../../src/memory/address.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import { sceneOf, type PictureFacts } from '../picture/scene.ts';
import { areasOf, cellOf, nameOfPage, pageOfCell } from './areas.ts';
import { EverReach } from './ever.ts';
import { gridFor, pageAt, placeOfPage, wholeView, zoomView, type Size } from './layout.ts';
import { ownerOf, reachRuns } from './owners.ts';
import { deviceBit, reachAt, type PageReach } from './reach.ts';
import { identityWords, reachWords } from './words.ts';

/** Fewer than mappings of the rig lead to, with a window where some of them lead to. */
const PAGES = 24;
const WINDOW = { first: 30 * PAGE_BYTES, last: 31 * PAGE_BYTES - 1, name: 'registers' };
const FACTS: PictureFacts = {
  memoryBytes: PAGES * PAGE_BYTES,
  devices: [
    { id: ENDPOINT, name: 'disk' },
    { id: OTHER_ENDPOINT, name: 'network' },
  ],
  hasIommu: true,
  kernel: { first: 4 * PAGE_BYTES, last: 6 * PAGE_BYTES - 1 },
};
const AREAS = areasOf(FACTS, [WINDOW]);

function known(history: History, sequence: number): Moment {
  const moment = history.at(sequence);
  if (!moment.isKnown) throw new Error(`nothing is known of ${sequence}`);
  return moment;
}

function bitOf(id: number): number {
  const index = FACTS.devices.findIndex((device) => device.id === id);
  return index < 0 ? 0 : deviceBit(index);
}

/** By the device's own word, page by page: which devices have a right there through a mapping, or an identity region. */
function bitsAt(device: DeviceMoment, page: number, right: number, withRegions: boolean): number {
  const address = BigInt(page * PAGE_BYTES);
  let bits = 0;
  for (const { id, mode, domain, reserved } of device.endpoints) {
    if (mode !== 'attached') continue;
    const list = device.domains.find((each) => each.id === domain)?.list ?? [];
    const isMapped = list.some(({ physStart, virtStart, virtEnd, flags }) => {
      const last = physStart + (virtEnd - virtStart);
      return (flags & right) !== 0 && physStart <= address && address <= last;
    });
    const isIdentity = reserved.some(
      (region) =>
        region.kind === 'identity' &&
        (region.flags & right) !== 0 &&
        region.start <= address &&
        address <= region.end,
    );
    if (isMapped || (withRegions && isIdentity)) bits |= bitOf(id);
  }
  return bits;
}

function naive(device: DeviceMoment, right: number, withRegions: boolean): readonly number[] {
  const cells = Array.from({ length: AREAS.cells }, (_, cell) => pageOfCell(AREAS, cell));
  return cells.map((page) => bitsAt(device, page, right, withRegions));
}

const READ = 1;
const WRITE = 2;

describe('who reaches a page', () => {
  it('is what a look at every mapping finds, at every moment', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps('lose'), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        for (const step of steps) rig.do(step);
        rig.take();
        for (const [sequence, device] of rig.moments) {
          const moment = known(history, sequence);
          const scene = sceneOf(moment, FACTS);
          const reach = reachAt(moment, scene, AREAS);
          expect([...reach.readers]).toEqual(naive(device, READ, true));
          expect([...reach.writers]).toEqual(naive(device, WRITE, true));
          const isOpen = device.endpoints.some(
            ({ id, mode, isMaster }) => mode === 'bypass' && isMaster && bitOf(id) !== 0,
          );
          expect(reach.open !== 0).toBe(isOpen);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('or ever did is all of that until then, also after the device went back', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps('lose'), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        const ever = new EverReach(history, AREAS, FACTS);
        for (const step of steps) {
          rig.do(step);
          if (step.kind === 'take') ever.advance(rig.record.lastSequence, Infinity, () => 0);
        }
        rig.take();
        expect(ever.advance(rig.record.lastSequence, Infinity, () => 0)).toBe(true);
        const all = [READ, WRITE].map(() => Array.from({ length: AREAS.cells }, () => 0));
        const ascending = [...rig.moments].toSorted(([one], [other]) => one - other);
        for (const [sequence, device] of ascending) {
          for (const [at, right] of [READ, WRITE].entries()) {
            const now = naive(device, right, false);
            all[at] = (all[at] ?? []).map((bits, cell) => bits | (now[cell] ?? 0));
          }
          const { readers, writers } = ever.at(sequence);
          expect([[...readers], [...writers]]).toEqual(all);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('by an identity region is said below the map, whose mappings do not tell of it', () => {
    const start = toIova(0x2000n);
    const region = { kind: 'identity', start, end: toIova(0x4fffn), flags: 3 } as const;
    const rig = new PastRig({ options: {}, reserved: { [ENDPOINT]: [region] }, accepts: 0x57n });
    rig.do({ kind: 'attach', endpoint: ENDPOINT, domain: 1, flags: 0 });
    rig.take();
    const wordsAt = (sequence: number, isEver: boolean): string | null => {
      const moment = known(new History(rig.record), sequence);
      const scene = sceneOf(moment, FACTS);
      const reach = reachAt(moment, scene, AREAS);
      return identityWords({ scene, areas: AREAS, reach, moment, isEver });
    };
    const said = 'The identity region 0x00002000–4fff of disk is reached without a mapping';
    expect(wordsAt(rig.sequence, false)).toBe(`${said}.`);
    expect(wordsAt(rig.sequence, true)).toBe(`${said}, and not counted.`);
    expect(wordsAt(1, false)).toBeNull();
  });

  it('is counted in slices that end in time', () => {
    const rig = new PastRig({ options: {}, reserved: {}, accepts: 0x57n });
    const history = new History(rig.record);
    for (let each = 0; each < 3000; each += 1) rig.do({ kind: 'probe' });
    rig.take();
    const ever = new EverReach(history, AREAS, FACTS);
    const { lastSequence } = rig.record;
    let slices = 0;
    let clock = 0;
    while (!ever.advance(lastSequence, 1, () => (clock += 1))) slices += 1;
    expect(slices).toBeGreaterThan(1);
    expect(ever.upTo).toBe(lastSequence);
  });
});

describe('the layout of the memory map', () => {
  const areas = areasOf({ ...FACTS, memoryBytes: 32_768 * PAGE_BYTES }, [
    { first: 0xfd00_1000, last: 0xfd00_1fff, name: 'registers' },
  ]);
  const sizes = fc.record({
    width: fc.integer({ min: 200, max: 2000 }),
    height: fc.integer({ min: 100, max: 900 }),
  });

  it('gives every page a place, and there the page, at every zoom', () => {
    const zooms = fc.array(
      fc.record({ factor: fc.constantFrom(0.5, 0.7, 1.5), x: fc.nat(200), y: fc.nat(100) }),
    );
    const pages = fc.nat(areas.cells - 1).map((cell) => pageOfCell(areas, cell));
    globalThis.devicePixelRatio = 1;
    fc.assert(
      fc.property(sizes, zooms, pages, (size: Size, all, page) => {
        const grid = gridFor(areas, size);
        let view = wholeView(grid, size);
        for (const { factor, x, y } of all) view = zoomView(view, grid, size, factor, { x, y });
        const place = placeOfPage(grid, view, page);
        if (place === null) throw new Error('no place');
        const half = view.scale / 2;
        expect(pageAt(grid, view, place.x + half, place.y + half)).toBe(page);
      }),
    );
  });

  it('shows all of it at first, and never less than fills the pane', () => {
    fc.assert(
      fc.property(sizes, (size: Size) => {
        const grid = gridFor(areas, size);
        const view = wholeView(grid, size);
        expect(grid.columns * view.scale).toBeLessThanOrEqual(size.width + 0.001);
        expect(grid.lines * view.scale).toBeLessThanOrEqual(size.height + 0.001);
        expect(zoomView(view, grid, size, 3, { x: 10, y: 10 })).toEqual(view);
      }),
    );
  });

  it('knows what lies in a page where that is known, and cells of no other', () => {
    expect(nameOfPage(AREAS, 5)).toBe('the kernel’s code');
    expect(nameOfPage(AREAS, 30)).toBe('registers');
    expect(nameOfPage(AREAS, 8)).toBeNull();
    expect(cellOf(AREAS, 30)).toBe(PAGES);
    expect(cellOf(AREAS, 29)).toBe(-1);
  });
});

describe('a page in words', () => {
  const reach: PageReach = {
    readers: Uint16Array.from({ length: AREAS.cells }, (_, cell) => (cell < 3 ? 3 : 0)),
    writers: Uint16Array.from({ length: AREAS.cells }, (_, cell) => (cell < 2 ? 1 : 0)),
    open: 0,
  };
  const scene = sceneOf(null, { ...FACTS, hasIommu: false });

  it('says who can do what', () => {
    expect(reachWords({ scene, isEver: false }, 3, 1)).toBe(
      'disk can read and write it; network can only read it',
    );
    expect(reachWords({ scene, isEver: true }, 0, 2)).toBe('network could only write it');
    expect(reachWords({ scene, isEver: false }, 0, 0)).toBe('no device reaches it');
  });

  it('is one of a run of which the same is true', () => {
    const { runs, more } = reachRuns(AREAS, reach, 1);
    expect(runs).toEqual([{ first: 0, last: 1, readers: 3, writers: 1 }]);
    expect(more).toBe(1);
    expect(ownerOf(3, 0)).toEqual({ kind: 'several' });
    expect(ownerOf(2, 0)).toEqual({ kind: 'device', index: 1 });
    expect(ownerOf(2, 1)).toEqual({ kind: 'open' });
  });
});
