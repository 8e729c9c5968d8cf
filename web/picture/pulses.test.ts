import { describe, expect, it } from 'vitest';
import { layoutPicture, NO_FOLDS } from './layout.ts';
import { alongPath, MOST_PULSES, pathOf, Pulses, type Access } from './pulses.ts';
import type { Lane, Scene } from './scene.ts';

const DISK = 7;
const PASSED: Access = { endpoint: DISK, address: 0x5_0000n, page: 3 };
const STOPPED: Access = { endpoint: DISK, address: 0xdead_b000n, page: null };
const VIEWPORT = { width: 800, height: 500 };

function sceneWith(gate: Lane['gate']): Scene {
  const lane: Lane = {
    key: 'd1',
    domain: 1,
    gate,
    devices: [{ id: DISK, name: 'disk', index: 0 }],
    mappings: 1,
    iova: [{ first: 0x50, last: 0x50 }],
    pages: [{ first: 3, last: 3 }],
    bytes: 4096,
  };
  return {
    sequence: 1,
    facts: { memoryBytes: 1 << 20, devices: [], hasIommu: true, kernel: null },
    lanes: [lane],
    reach: { bytes: 4096, pages: 1, ofBytes: 1 << 20, isAll: gate === 'open', isLeast: false },
  };
}

describe('pulses', () => {
  it('are bounded, and a stopped access takes the place of the oldest', () => {
    const pulses = new Pulses();
    for (let at = 0; at < 2 * MOST_PULSES; at += 1) pulses.start(PASSED, 0);
    pulses.start(STOPPED, 0);
    const moving = pulses.at(1);
    expect(moving).toHaveLength(MOST_PULSES);
    expect(moving.filter(([, { isStopped }]) => isStopped)).toHaveLength(1);
  });

  it('end, and are forgotten', () => {
    const pulses = new Pulses();
    pulses.start(PASSED, 1000);
    expect(pulses.at(1450).map(([, { progress }]) => progress)).toEqual([0.5]);
    expect(pulses.at(2000)).toEqual([]);
    expect(pulses.at(1450)).toEqual([]);
  });

  it('go from the device through its opening to the page', () => {
    const scene = sceneWith('wall');
    const layout = layoutPicture(scene, VIEWPORT, NO_FOLDS);
    const [lane] = layout.lanes;
    const path = pathOf(layout, scene, PASSED) ?? [];
    const opening = lane?.wall.openings[0];
    const stretch = lane?.wall.stretches[0];
    expect(path[0]?.x).toBe((lane?.cards[0]?.x ?? 0) + (lane?.cards[0]?.width ?? 0));
    expect(
      path.some(
        ({ x }) => x >= (opening?.x ?? NaN) && x <= (stretch?.x ?? 0) + (stretch?.width ?? 0),
      ),
    ).toBe(true);
    expect(path.at(-1)?.x).toBeGreaterThan(layout.memory.grid.box.x);
    expect(alongPath(path, 0)).toEqual(path[0]);
    expect(alongPath(path, 1)).toEqual(path.at(-1));
  });

  it('come no further than the wall when they are stopped', () => {
    const scene = sceneWith('wall');
    const layout = layoutPicture(scene, VIEWPORT, NO_FOLDS);
    const path = pathOf(layout, scene, STOPPED) ?? [];
    expect(Math.max(...path.map(({ x }) => x))).toBe(layout.lanes[0]?.bar.x);
  });

  it('go along the band where there is no wall', () => {
    const scene = sceneWith('open');
    const layout = layoutPicture(scene, VIEWPORT, NO_FOLDS);
    expect(pathOf(layout, scene, PASSED)?.[0]).toEqual(layout.lanes[0]?.band.from);
  });

  it('of a device that is not in the picture are not shown', () => {
    const scene = sceneWith('wall');
    const layout = layoutPicture(scene, VIEWPORT, NO_FOLDS);
    expect(pathOf(layout, scene, { ...PASSED, endpoint: 8 })).toBeNull();
  });
});
