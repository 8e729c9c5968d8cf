import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventHistory } from './event-history.ts';
import type { RecordedEvent } from './recorded-event.ts';

function eventNumber(sequence: number): RecordedEvent {
  return { timeMs: sequence, instructions: 0, event: { kind: 'reset', sequence } };
}

function historyOf(capacity: number, count: number): EventHistory {
  const history = new EventHistory(capacity);
  for (let sequence = 1; sequence <= count; sequence++) history.add(eventNumber(sequence));
  return history;
}

describe('EventHistory', () => {
  it('keeps the newest events in order and counts the dropped ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(40), (capacity, count) => {
        const history = historyOf(capacity, count);
        const all = Array.from({ length: count }, (_, index) => index + 1);
        expect(history.events.map(({ event }) => event.sequence)).toEqual(all.slice(-capacity));
        expect(history.dropped).toBe(Math.max(0, count - capacity));
      }),
    );
  });

  it('goes on after a restore as if nothing had happened', () => {
    const restored = new EventHistory(3);
    restored.restore(historyOf(3, 5).save());
    restored.add(eventNumber(6));
    expect(restored.save()).toEqual(historyOf(3, 6).save());
  });

  it('drops the oldest of a larger history that is restored', () => {
    const restored = new EventHistory(2);
    restored.restore(historyOf(4, 5).save());
    expect(restored.events.map(({ event }) => event.sequence)).toEqual([4, 5]);
    expect(restored.dropped).toBe(3);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a capacity of %s', (capacity) => {
    expect(() => new EventHistory(capacity)).toThrow(RangeError);
  });
});
