// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { nextTask } from '../next-task.ts';
import type { Access } from './pulses.ts';
import { PicturePainter } from './painter.ts';
import { sceneOf } from './scene.ts';

const FRAME_MS = 16;
const LOOKS = 100;
const DEVICE = 8;
const FACTS = {
  memoryBytes: 128 << 20,
  devices: [{ id: DEVICE, name: 'virtio-blk' }],
  hasIommu: false,
  kernel: null,
};
const CONTENT = {
  scene: sceneOf(null, FACTS),
  stopped: [],
  chosen: null,
  focused: null,
  moves: true,
};

const MANY = 5;
/** As many as a first painting takes: its layout, and itself. */
const TASKS = 3;
/** As long as a pulse moves, and some frames more. */
const PULSE_FRAMES = 70;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

class Rig {
  readonly drawing = countDrawing();
  accesses: readonly Access[] = [];
  readonly layer = document.createElement('div');
  readonly painter: PicturePainter;
  #nowMs = 0;

  constructor() {
    this.painter = new PicturePainter(document.createElement('canvas'), this.layer, {
      now: () => this.#nowMs,
      onNextFrame: (callback) => requestAnimationFrame(callback),
      takeAccesses: () => this.accesses,
    });
    this.painter.resize({ width: 800, height: 500 });
    this.painter.show(CONTENT);
  }

  get drawn(): number {
    return this.drawing.count('drawImage');
  }

  frame(): boolean {
    this.#nowMs += FRAME_MS;
    vi.advanceTimersByTime(FRAME_MS);
    return this.drawing.frame();
  }

  /** Draws so many pulses until they are gone; returns how often. */
  pulses(count: number, page: number | null = 1): number {
    const before = this.drawn;
    this.accesses = Array.from({ length: count }, () => ({
      endpoint: DEVICE,
      address: 0x1000n,
      page,
    }));
    this.painter.request();
    this.frame();
    this.accesses = [];
    for (let frame = 0; frame < PULSE_FRAMES; frame += 1) this.frame();
    return this.drawn - before;
  }
}

/** What is shown is painted first in a task of its own. */
async function shownRig(): Promise<Rig> {
  const rig = new Rig();
  for (let task = 0; task < TASKS; task += 1) await nextTask();
  while (rig.frame());
  return rig;
}

function keyframesOf(animation: Animation | undefined): readonly ComputedKeyframe[] {
  return animation?.effect instanceof KeyframeEffect ? animation.effect.getKeyframes() : [];
}

it('is painted once for a scene that stays, and while an access is on its way', async () => {
  const rig = await shownRig();
  expect(rig.drawn).toBe(1);
  for (let look = 0; look < LOOKS; look += 1) {
    rig.painter.request();
    expect(rig.frame()).toBe(true);
  }
  expect(rig.drawn).toBe(1);
  const moved = 1 + rig.pulses(MANY);
  expect(moved).toBeGreaterThan(10);
  rig.painter.request();
  rig.frame();
  expect([rig.drawn, rig.frame()]).toEqual([moved, false]);
});

it('is painted first in a task of its own, not in the frame that shows all else', async () => {
  const drawing = countDrawing();
  const canvas = document.createElement('canvas');
  const painter = new PicturePainter(canvas, document.createElement('div'), {
    now: () => 0,
    onNextFrame: (callback) => requestAnimationFrame(callback),
    takeAccesses: () => [],
  });
  painter.resize({ width: 800, height: 500 });
  painter.show(CONTENT);
  expect([drawing.frame(), drawing.count('drawImage')]).toEqual([false, 0]);
  for (let task = 0; task < TASKS; task += 1) await nextTask();
  expect(drawing.count('drawImage')).toBe(1);
});

it('draws as long as many pulses move, or a stopped one', async () => {
  const rig = await shownRig();
  expect(rig.pulses(MANY) / MANY).toBeGreaterThan(50);
  expect(rig.pulses(1, null)).toBeGreaterThan(40);
});

it('lays anew what pulses were over, and no more', async () => {
  const rig = await shownRig();
  rig.pulses(MANY);
  const [, , , wide, high] = rig.drawing.latest('drawImage');
  expect(wide).toBe(high);
  expect(Number(wide)).toBeLessThan(32);
  rig.painter.resize({ width: 640, height: 400 });
  expect(rig.drawing.latest('drawImage').slice(1, 5)).toEqual([0, 0, 640, 400]);
});

it('asks for no frame when it is gone', async () => {
  const rig = await shownRig();
  rig.accesses = [{ endpoint: DEVICE, address: 0x1000n, page: null }];
  rig.painter.request();
  rig.frame();
  rig.painter.dispose();
  // The one that it had asked for before
  rig.frame();
  expect([rig.frame(), rig.frame()]).toEqual([false, false]);
});

describe('a pulse that is alone', () => {
  it('is moved by the browser, and nothing is drawn for it', async () => {
    const rig = await shownRig();
    expect(rig.pulses(1)).toBe(0);
    const [dot, ...others] = rig.layer.children;
    expect(others).toEqual([]);
    const [animation] = dot?.getAnimations() ?? [];
    const frames = keyframesOf(animation);
    expect(frames.length).toBeGreaterThan(10);
    expect(new Set(frames.map(({ transform }) => transform)).size).toBe(frames.length);
    expect(animation?.effect?.getTiming().duration).toBe(900);
    animation?.finish();
    expect(rig.layer.childElementCount).toBe(0);
  });

  it('goes on along its other way when the picture changes below it', async () => {
    const rig = await shownRig();
    rig.pulses(1);
    const [dot] = rig.layer.children;
    const [animation] = dot?.getAnimations() ?? [];
    const before = keyframesOf(animation);
    rig.painter.resize({ width: 640, height: 400 });
    expect([...rig.layer.children]).toEqual([dot]);
    expect(dot?.getAnimations()).toEqual([animation]);
    expect(keyframesOf(animation)).toHaveLength(before.length);
    expect(keyframesOf(animation)).not.toEqual(before);
  });

  it('is gone with the present, and with the picture', async () => {
    const rig = await shownRig();
    rig.pulses(1);
    rig.painter.show({ ...CONTENT, moves: false });
    expect(rig.layer.childElementCount).toBe(0);
    rig.painter.show(CONTENT);
    for (let task = 0; task < TASKS; task += 1) await nextTask();
    rig.pulses(1);
    expect(rig.layer.childElementCount).toBe(1);
    rig.painter.dispose();
    expect(rig.layer.childElementCount).toBe(0);
  });
});
