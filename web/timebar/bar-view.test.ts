// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { nextTask } from '../next-task.ts';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { StillBar } from '../../test/support/still-bar.ts';

const WIDTH = 1200;
const HEIGHT = 64;
const SECONDS = 30;
/** Between two frames of a bar on which nothing happens. */
const REST_SECONDS = 5;
/** News of the time only, as often as a busy worker tells. */
const NEWS_MS = 50;

afterEach(() => void vi.unstubAllGlobals());

it('is drawn every five seconds at most while time passes and nothing happens', async () => {
  const drawing = countDrawing();
  const bar = new StillBar(20_000);
  const { view } = bar;
  view.resize(WIDTH, HEIGHT);
  const paints = (): number => drawing.count('setTransform');
  const before = paints();
  for (const end = bar.nowMs + SECONDS * 1000; bar.nowMs < end; bar.nowMs += NEWS_MS) {
    view.passTime();
    view.draw();
    await nextTask();
  }
  await nextTask();
  expect(paints() - before).toBeLessThanOrEqual(SECONDS / REST_SECONDS);
  expect(paints() - before).toBeGreaterThan(SECONDS / REST_SECONDS / 2);
  expect(view.axis.endMs).toBeGreaterThan(bar.nowMs - (REST_SECONDS + 0.1) * 1000);
  view.request();
  expect(drawing.frame()).toBe(true);
  expect(view.axis.endMs).toBe(bar.nowMs);

  // What is drawn anyway is what was asked for
  bar.nowMs += SECONDS * 1000;
  view.passTime();
  bar.happen();
  view.draw();
  await nextTask();
  await nextTask();
  expect(view.axis.endMs).toBe(bar.nowMs);
  expect(drawing.frame()).toBe(false);
});
