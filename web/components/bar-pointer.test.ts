// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { StillBar } from '../../test/support/still-bar.ts';
import { rangeBetween } from '../../src/trace/record/time-range.ts';
import { BarPointer } from './bar-pointer.ts';

const WIDTH = 1000;
const NOW_MS = 20_000;

afterEach(() => void vi.unstubAllGlobals());

it.each([1e9, -1e9])('shows a stretch of time after a turn of the wheel by %d', (deltaY) => {
  countDrawing();
  const { view } = new StillBar(NOW_MS);
  const nothing = (): void => undefined;
  const pointer = new BarPointer(view, {
    onLook: nothing,
    onScrub: nothing,
    onDrag: nothing,
    onRange: nothing,
  });
  view.resize(WIDTH, 64);
  view.showWhole();
  pointer.wheel(new WheelEvent('wheel', { deltaY, cancelable: true }), WIDTH / 2);
  const { startMs, endMs } = view.axis;
  expect(endMs - startMs).toBeGreaterThan(NOW_MS / 4);
  expect(endMs).toBeLessThanOrEqual(NOW_MS);
});

it('makes a range from where the mouse came down to where it went up, whatever time has passed', () => {
  countDrawing();
  const bar = new StillBar(NOW_MS);
  const { view } = bar;
  const onDrag = vi.fn();
  const onRange = vi.fn();
  const onLook = vi.fn();
  const pointer = new BarPointer(view, { onLook, onScrub: onLook, onDrag, onRange });
  view.resize(WIDTH, 64);
  const mouse = new PointerEvent('pointermove', { pointerType: 'mouse', button: 0 });
  const startMs = view.timeAt(WIDTH / 2);
  pointer.down(mouse, WIDTH / 2);
  bar.nowMs *= 2;
  view.resize(WIDTH, 64);
  pointer.move(mouse, -50);
  const range = rangeBetween(view.axis.startMs, startMs);
  expect(onDrag).toHaveBeenLastCalledWith(range);
  expect(onRange).not.toHaveBeenCalled();
  pointer.up(mouse, -50);
  expect(onRange).toHaveBeenCalledExactlyOnceWith(range, 'push');
  expect(onLook).not.toHaveBeenCalled();
});
