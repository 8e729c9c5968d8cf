// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { History } from '../../src/trace/replay/history.ts';
import { BarView } from './bar-view.ts';

const WIDTH = 1200;
const HEIGHT = 64;
const SECONDS = 30;
/** News of the time only, as often as a busy worker tells. */
const NEWS_MS = 50;

afterEach(() => void vi.unstubAllGlobals());

it('is drawn once a second at most while time passes and nothing happens', () => {
  const drawing = countDrawing();
  const { record } = new PastRig({ options: {}, reserved: {}, accepts: 0n });
  const history = new History(record);
  let nowMs = 20_000;
  const view = new BarView(document.createElement('canvas'), {
    history: () => history,
    nowMs: () => nowMs,
    pastMs: () => null,
    range: () => null,
    memoryBytes: () => 128 << 20,
    endpoints: () => [],
  });
  view.resize(WIDTH, HEIGHT);
  const paints = (): number => drawing.count('setTransform');
  const before = paints();
  for (const end = nowMs + SECONDS * 1000; nowMs < end; nowMs += NEWS_MS) {
    view.passTime();
    drawing.frame();
  }
  expect(paints() - before).toBeLessThanOrEqual(SECONDS);
  expect(paints() - before).toBeGreaterThan(SECONDS / 2);
  expect(view.axis.endMs).toBeGreaterThan(nowMs - 1100);
  view.request();
  expect(drawing.frame()).toBe(true);
  expect(view.axis.endMs).toBe(nowMs);

  // A frame that is made anyway is the one that was asked for
  nowMs += SECONDS * 1000;
  view.passTime();
  view.draw();
  expect(view.axis.endMs).toBe(nowMs);
  expect(drawing.frame()).toBe(false);
});
