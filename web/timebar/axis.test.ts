import { describe, expect, it } from 'vitest';
import {
  follow,
  followingOf,
  MIN_SPAN_MS,
  panAxis,
  placeOf,
  timeAt,
  wholeAxis,
  zoomAxis,
} from './axis.ts';

const LIMITS = { startMs: 100, endMs: 1100 };
const WHOLE = wholeAxis(LIMITS, 500);

describe('an axis', () => {
  it('zooms with the time under the pointer where it was, down to a microsecond', () => {
    let axis = WHOLE;
    const at = timeAt(axis, 200);
    for (let step = 0; step < 100; step += 1) axis = zoomAxis(axis, LIMITS, 0.5, 200);
    expect(axis.endMs - axis.startMs).toBeCloseTo(MIN_SPAN_MS, 9);
    expect(placeOf(axis, at)).toBeCloseTo(200, 3);
  });

  it('shows nothing that there is not', () => {
    expect(zoomAxis(WHOLE, LIMITS, 8, 10)).toEqual(WHOLE);
    const part = zoomAxis(WHOLE, LIMITS, 0.25, 0);
    expect(panAxis(part, LIMITS, -1000)).toEqual(part);
    expect(panAxis(part, LIMITS, 10_000).endMs).toBe(LIMITS.endMs);
  });

  it('goes on with time as a whole, with its end, or not at all', () => {
    const later = { startMs: 100, endMs: 1600 };
    const end = zoomAxis(WHOLE, LIMITS, 0.5, 500);
    const middle = zoomAxis(WHOLE, LIMITS, 0.5, 200);
    expect(followingOf(WHOLE, LIMITS)).toBe('whole');
    expect(followingOf(end, LIMITS)).toBe('end');
    expect(followingOf(middle, LIMITS)).toBe('nothing');
    expect(follow(WHOLE, later, 'whole')).toMatchObject(later);
    expect(follow(end, later, 'end')).toMatchObject({ startMs: 1100, endMs: 1600 });
    expect(follow(middle, later, 'nothing')).toEqual(middle);
  });
});
