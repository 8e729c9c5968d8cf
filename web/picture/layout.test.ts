import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../test/support/expect-same.ts';
import { layoutMarks } from './fault-marks.ts';
import { layoutPicture, NO_FOLDS, type PictureLayout } from './layout.ts';
import { dotAt, NOBODY, placeOfPage, SHARED, type Box } from './memory.ts';
import { countIn, PAGE_BYTES, pushRun, type Run } from './runs.ts';
import type { Gate, Lane, Scene } from './scene.ts';
import { iovaAt, xOfIova } from './wall.ts';

const MIB = 1 << 20;
const FAULT = {
  kind: 'faulted',
  endpoint: 0,
  reason: 2,
  flags: 0x102,
  address: 0xdead_b000n,
  start: 0xdead_b000n,
  length: 16,
  isRing: false,
  domain: 0,
  mappedFlags: null,
  isReported: true,
} as const;

function runsBelow(limit: number): fc.Arbitrary<readonly Run[]> {
  const run = fc.tuple(fc.nat(limit - 1), fc.oneof(fc.nat(4), fc.nat(3000)));
  return fc.array(run, { maxLength: 30 }).map((pairs) => {
    const runs: Run[] = [];
    for (const [first, more] of pairs.toSorted(([one], [other]) => one - other)) {
      pushRun(runs, first, Math.min(limit - 1, first + more));
    }
    return runs;
  });
}

const gates = fc.constantFrom<Gate>('wall', 'wall', 'wall', 'shut', 'open', 'unknown');

function scenes(): fc.Arbitrary<Scene> {
  const lane = (memoryPages: number): fc.Arbitrary<Omit<Lane, 'key'>> =>
    fc
      .record({
        gate: gates,
        devices: fc.integer({ min: 1, max: 5 }),
        // As high as addresses of 64 bits go
        iova: runsBelow(2 ** 52),
        pages: runsBelow(memoryPages),
      })
      .map(({ gate, devices, iova, pages }) => ({
        domain: gate === 'wall' ? 1 : null,
        gate,
        devices: Array.from({ length: devices }, (_unused, at) => ({
          id: at,
          name: `device ${at}`,
          index: at,
        })),
        mappings: iova.length,
        iova: gate === 'wall' ? iova : [],
        pages: gate === 'open' ? [{ first: 0, last: memoryPages - 1 }] : pages,
        bytes: countIn(pages) * PAGE_BYTES,
      }));
  return fc.constantFrom(1, 64, 128, 4096).chain((mib) => {
    const memoryBytes = mib * MIB;
    const memoryPages = memoryBytes / PAGE_BYTES;
    return fc.array(lane(memoryPages), { maxLength: 20 }).map((lanes): Scene => ({
      sequence: 1,
      facts: { memoryBytes, devices: [], hasIommu: true, kernel: null },
      lanes: lanes.map((each, at) => ({ ...each, key: `d${at}` })),
      reach: {
        bytes: 0,
        pages: 0,
        ofBytes: memoryBytes,
        isAll: lanes.some(({ gate }) => gate === 'open'),
        isLeast: false,
      },
    }));
  });
}

const viewports = fc.record({
  width: fc.integer({ min: 296, max: 3840 }),
  height: fc.integer({ min: 300, max: 2160 }),
});

/** Rounding of halves and thirds. */
const HAIR = 0.01;

function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - HAIR &&
    inner.y >= outer.y - HAIR &&
    inner.x + inner.width <= outer.x + outer.width + HAIR &&
    inner.y + inner.height <= outer.y + outer.height + HAIR
  );
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x + HAIR < other.x + other.width &&
    other.x + HAIR < one.x + one.width &&
    one.y + HAIR < other.y + other.height &&
    other.y + HAIR < one.y + one.height
  );
}

/** All that has letters or colours of its own. */
function boxesOf({ lanes, memory, heads, foot }: PictureLayout): readonly Box[] {
  const { grid, strip } = memory;
  const last = grid.blocks.at(-1);
  const dots = {
    ...grid.box,
    width: grid.columns * grid.pitch,
    height: last === undefined ? 0 : last.y + last.lines * grid.pitch,
  };
  return [
    ...lanes.flatMap(({ cards, bar, caption }) => [...cards, bar, caption]),
    heads.devices,
    heads.walls,
    heads.memory,
    dots,
    strip,
    foot,
  ].filter(({ width, height }) => width > 0 && height > 0);
}

describe('the layout of the picture', () => {
  it('stays in its box and lays nothing over anything, from a phone to 4K', () => {
    fc.assert(
      fc.property(scenes(), viewports, (scene, viewport) => {
        const layout = layoutPicture(scene, viewport, NO_FOLDS);
        const boxes = boxesOf(layout);
        const outer = { x: 0, y: 0, ...viewport };
        for (const box of boxes) expectSame(isInside(box, outer), true);
        for (const [at, box] of boxes.entries()) {
          for (const other of boxes.slice(at + 1)) expectSame(overlap(box, other), false);
        }
        for (const { bar, wall } of layout.lanes) {
          for (const each of [...wall.stretches, ...wall.openings]) {
            const part = { ...bar, x: each.x, width: each.width };
            expectSame(isInside(part, bar), true);
          }
        }
        expectSame(layout.hidden + layout.lanes.length, scene.lanes.length);
        const stopped = [{ sequence: 1, fault: FAULT, sentence: '' }];
        for (const { box } of layoutMarks(layout, scene, stopped)) {
          expectSame(isInside(box, outer), true);
        }
      }),
    );
  });

  it('shows every page that is reached, and whose it is', () => {
    fc.assert(
      fc.property(scenes(), viewports, (scene, viewport) => {
        const { memory } = layoutPicture(scene, viewport, NO_FOLDS);
        for (const [at, { pages }] of scene.lanes.entries()) {
          for (const { first, last } of pages) {
            for (const page of [first, last]) {
              const place = placeOfPage(memory.grid, page);
              const dot = place === null ? null : dotAt(memory.grid, place.x, place.y);
              const isThere = dot !== null && dot.pages.first <= page && page <= dot.pages.last;
              expectSame([isThere, dot?.owner === at || dot?.owner === SHARED], [true, true]);
            }
          }
        }
        const { owners, blocks, pagesPerDot } = memory.grid;
        expect(owners.length).toBeLessThanOrEqual(32_768);
        for (const { run, cell } of blocks) {
          for (let dot = 0; dot < countIn([run]) / pagesPerDot; dot += 1) {
            const first = run.first + dot * pagesPerDot;
            const dotRun = { first, last: first + pagesPerDot - 1 };
            const isReached = scene.lanes.some(({ pages }) =>
              pages.some((each) => each.first <= dotRun.last && dotRun.first <= each.last),
            );
            expectSame(owners[cell + dot] !== NOBODY, isReached);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('finds an address of a wall where it shows it', () => {
    fc.assert(
      fc.property(scenes(), viewports, (scene, viewport) => {
        for (const { at, wall } of layoutPicture(scene, viewport, NO_FOLDS).lanes) {
          for (const { first } of scene.lanes[at]?.iova ?? []) {
            const x = xOfIova(wall, BigInt(first) * BigInt(PAGE_BYTES));
            expectSame(x === null || iovaAt(wall, x) === null, false);
          }
        }
      }),
    );
  });

  it('stands still when mappings go', () => {
    fc.assert(
      fc.property(scenes(), viewports, (scene, viewport) => {
        const before = layoutPicture(scene, viewport, NO_FOLDS);
        const lanes = scene.lanes.map((lane) => ({ ...lane, iova: [], pages: [] }));
        const after = layoutPicture({ ...scene, lanes }, viewport, before.folds);
        expectSame(after.folds.memory, before.folds.memory);
        expect(after.lanes.map(({ wall }) => wall.stretches)).toEqual(
          before.lanes.map(({ wall }) => wall.stretches),
        );
      }),
    );
  });

  it('shows all of memory only while all of it is in reach', () => {
    fc.assert(
      fc.property(scenes(), viewports, (scene, viewport) => {
        const reach = { ...scene.reach, isAll: false };
        const walled = {
          ...scene,
          reach,
          lanes: scene.lanes.filter(({ gate }) => gate === 'wall'),
        };
        const open = { ...walled, reach: { ...reach, isAll: true } };
        const before = layoutPicture(walled, viewport, NO_FOLDS);
        const during = layoutPicture(open, viewport, before.folds);
        const [first] = during.memory.grid.blocks;
        expect(first?.run.first).toBe(0);
        expect(first?.run.last).toBe(scene.facts.memoryBytes / PAGE_BYTES - 1);
        const after = layoutPicture(walled, viewport, during.folds);
        expectSame(after.memory.grid.blocks, before.memory.grid.blocks);
      }),
      { numRuns: 30 },
    );
  });
});
