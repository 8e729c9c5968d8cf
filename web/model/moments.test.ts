import { describe, expect, it } from 'vitest';
import { HEAD, QUIET_BATCH, toldEvents } from '../testing/told-events.ts';
import { MachineModel } from './machine-model.ts';
import { Moments } from './moments.ts';

const FIRST = 100;
const LAST = 109;

/** Moments of a record whose first events are not kept. */
function lateMoments(): Moments {
  const model = new MachineModel();
  const events = Array.from({ length: LAST - FIRST + 1 }, (_, index) => ({
    timeMs: index,
    instructions: 0,
    event: { kind: 'probed' as const, endpoint: 1, status: 0, sequence: FIRST + index },
  }));
  const begins = { head: HEAD, keyframe: null };
  model.apply({ ...QUIET_BATCH, begins, record: toldEvents(...events) }, 0);
  return new Moments(model);
}

describe('Moments', () => {
  it('says why one is not known, and which is the nearest that is', () => {
    const moments = lateMoments();
    expect(moments.at(5)).toEqual({
      kind: 'unknown',
      sequence: 5,
      because: 'not-recorded',
      nearest: FIRST,
    });
    expect(moments.at(LAST + 1)).toMatchObject({
      kind: 'unknown',
      because: 'not-yet',
      nearest: null,
    });
    expect(moments.at(FIRST)).toMatchObject({ kind: 'past' });
    expect(moments.at(null)).toEqual({ kind: 'live' });
  });

  it('knows those beside one, up to the present and down to what is kept', () => {
    const moments = lateMoments();
    expect(moments.beside(null, -1)).toBe(LAST - 1);
    expect(moments.beside(LAST - 1, 1)).toBe(LAST);
    expect(moments.beside(LAST, 1)).toBeNull();
    expect(moments.beside(null, 1)).toBeNull();
    expect(moments.beside(FIRST, -1)).toBe(FIRST);
    expect(moments.besideFault(LAST, -1)).toBe(LAST);
  });
});
