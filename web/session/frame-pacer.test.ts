import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FramePacer } from './frame-pacer.ts';

const SCREEN_MS = 16;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pacer() {
  const onNextFrame = vi.fn((callback: () => void) => void setTimeout(callback, SCREEN_MS));
  return { pacer: new FramePacer({ now: () => Date.now(), onNextFrame }), onNextFrame };
}

describe('FramePacer', () => {
  it('paints at once after a rest, then each 80 ms, and asks for no frame that it does not paint', () => {
    const { pacer: own, onNextFrame } = pacer();
    const painted: number[] = [];
    const startMs = Date.now();
    own.frame.subscribe((frame) => frame > 0 && painted.push(Date.now() - startMs));
    for (let ms = 0; ms < 1000; ms += 4) {
      own.ask();
      vi.advanceTimersByTime(4);
    }
    expect(painted[0]).toBe(SCREEN_MS);
    const gaps = painted.slice(1).map((ms, at) => ms - (painted[at] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(80);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(80 + SCREEN_MS);
    expect(onNextFrame.mock.calls.length).toBeLessThanOrEqual(painted.length + 1);
  });

  it('hurries with the very next frame, though one was asked for', () => {
    const { pacer: own } = pacer();
    own.ask();
    vi.advanceTimersByTime(SCREEN_MS);
    own.ask();
    own.hurry();
    own.ask();
    vi.advanceTimersByTime(SCREEN_MS);
    expect(own.frame.value).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(own.frame.value).toBe(2);
  });
});
