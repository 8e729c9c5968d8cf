// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { countDrawing } from '../../test/support/counted-drawing.ts';
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

afterEach(() => void vi.unstubAllGlobals());

it('is painted once for a scene that stays, and while an access is on its way', () => {
  const drawing = countDrawing();
  let nowMs = 0;
  let accesses: readonly Access[] = [];
  const painter = new PicturePainter(document.createElement('canvas'), {
    now: () => nowMs,
    onNextFrame: (callback) => requestAnimationFrame(callback),
    takeAccesses: () => accesses,
  });
  const frame = (): boolean => {
    nowMs += FRAME_MS;
    return drawing.frame();
  };
  painter.resize({ width: 800, height: 500 });
  painter.show(CONTENT);
  while (frame());
  expect(drawing.count('drawImage')).toBe(1);

  for (let look = 0; look < LOOKS; look += 1) {
    painter.request();
    expect(frame()).toBe(true);
  }
  expect(drawing.count('drawImage')).toBe(1);

  accesses = [{ endpoint: DEVICE, address: 0x1000n, page: 1 }];
  painter.request();
  frame();
  accesses = [];
  while (frame());
  const moved = drawing.count('drawImage');
  expect(moved).toBeGreaterThan(10);
  painter.request();
  frame();
  expect([drawing.count('drawImage'), frame()]).toEqual([moved, false]);
});
