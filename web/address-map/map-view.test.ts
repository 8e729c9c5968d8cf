// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { sortPlaces } from '../../src/trace/replay/byte-order.ts';
import { LifetimeTable } from '../../src/trace/replay/lifetime.ts';
import type { MapPart } from './hit.ts';
import { MappingRuns } from './mapping-runs.ts';
import { MapView, type MapContent } from './map-view.ts';
import { spaceOf } from './space.ts';

const [PAGE, COUNT] = [0x1000n, 8192];
const [WIDTH, HEIGHT] = [600, 200];
const MIDDLE = { x: WIDTH / 2, y: HEIGHT / 2 };

/** So many pages in a row are mapped. */
function contentWith(count: number): MapContent {
  const table = new LifetimeTable();
  for (let at = 0; at < count; at += 1) {
    const start = BigInt(at) * PAGE;
    const [virtStart, virtEnd] = [toIova(start), toIova(start + PAGE - 1n)];
    // Each leads elsewhere, so that they stay mappings of their own
    const physStart = toGpa(0x10_0000n + start * 2n);
    table.addMapping({ domain: 4, virtStart, virtEnd, physStart, flags: 3 }, at + 1);
  }
  const places = Uint32Array.from({ length: count }, (_, at) => at);
  sortPlaces(places, table.startHigh, table.startLow);
  const space = spaceOf({
    domain: 4,
    runs: new MappingRuns(table, places),
    regions: [],
    inputRange: { start: 0n, end: BigInt(COUNT) * PAGE - 1n },
    faults: [],
    isIncomplete: false,
  });
  return { space, life: 1, changes: [], lit: [], isFolded: false, isStill: true };
}

function openMap() {
  countDrawing();
  const frames: (() => void)[] = [];
  const told: (MapPart['kind'] | null)[] = [];
  const view = new MapView(document.createElement('canvas'), {
    now: () => 0,
    onNextFrame: (callback) => void frames.push(callback),
    onPoint: (part) => void told.push(part?.kind ?? null),
  });
  const draw = (): void => {
    for (const frame of frames.splice(0)) frame();
  };
  view.resize(WIDTH, HEIGHT);
  const show = (count: number): void => {
    view.show(contentWith(count));
    draw();
  };
  return { view, told, draw, show };
}

afterEach(() => vi.unstubAllGlobals());

describe('what the pointer is at while it rests', () => {
  it('is told again after a zoom', () => {
    const { view, told, draw, show } = openMap();
    show(COUNT);
    view.point(MIDDLE);
    expect(told).toEqual(['crowd']);
    view.zoom(1 / 4096, MIDDLE.x);
    draw();
    expect(told).toEqual(['crowd', 'mapping']);
  });

  it('is told again when the moment has other mappings, and not while they stay', () => {
    const { view, told, show } = openMap();
    show(0);
    view.point(MIDDLE);
    expect(told).toEqual(['nothing']);
    show(0);
    expect(told).toEqual(['nothing']);
    show(COUNT);
    expect(told).toEqual(['nothing', 'crowd']);
    view.leave();
    expect(told).toEqual(['nothing', 'crowd', null]);
  });

  it('is what the keyboard’s mark is at, once that is moved', () => {
    const { view, told, draw, show } = openMap();
    show(1);
    view.point(null);
    view.step(1);
    draw();
    expect(told).toEqual(['mapping']);
  });
});
