// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { History } from '../../src/trace/replay/history.ts';
import { BarView } from '../timebar/bar-view.ts';
import { BarPointer } from './bar-pointer.ts';

const WIDTH = 1000;
const NOW_MS = 20_000;

afterEach(() => void vi.unstubAllGlobals());

it.each([1e9, -1e9])('shows a stretch of time after a turn of the wheel by %d', (deltaY) => {
  countDrawing();
  const history = new History(new PastRig({ options: {}, reserved: {}, accepts: 0n }).record);
  const view = new BarView(document.createElement('canvas'), {
    history: () => history,
    nowMs: () => NOW_MS,
    pastMs: () => null,
    memoryBytes: () => 128 << 20,
    endpoints: () => [],
  });
  const nothing = (): void => undefined;
  const pointer = new BarPointer(view, { onLook: nothing, onScrub: nothing, onRange: nothing });
  view.resize(WIDTH, 64);
  view.showWhole();
  pointer.wheel(new WheelEvent('wheel', { deltaY, cancelable: true }), WIDTH / 2);
  const { startMs, endMs } = view.axis;
  expect(endMs - startMs).toBeGreaterThan(NOW_MS / 4);
  expect(endMs).toBeLessThanOrEqual(NOW_MS);
});
