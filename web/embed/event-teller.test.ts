import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { map, recordOf } from '../../test/support/filter-records.ts';
import { EventTeller } from './event-teller.ts';
import type { EventsDetail } from './protocol.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const recordWith = (count: number) => recordOf(Array.from({ length: count }, () => map(1)));

function listening() {
  const told: EventsDetail[] = [];
  const teller = new EventTeller((detail) => told.push(detail));
  const sequences = (): readonly (readonly number[])[] =>
    told.map(({ events }) => events.map(({ event }) => event.sequence));
  return { teller, told, sequences };
}

describe('events for the page around', () => {
  it('are told from when they are asked for, in batches', () => {
    const { teller, sequences } = listening();
    const record = recordWith(3);
    teller.look(record);
    vi.advanceTimersByTime(1_000);
    teller.listen(true);
    teller.look(record);
    vi.advanceTimersByTime(1_000);
    expect(sequences()).toEqual([]);
    teller.look(recordWith(2));
    teller.look(recordWith(2));
    vi.advanceTimersByTime(1_000);
    expect(sequences()).toEqual([[1, 2]]);
    teller.listen(false);
    teller.look(recordWith(4));
    vi.advanceTimersByTime(1_000);
    expect(sequences()).toHaveLength(1);
  });

  it('are at most 1000 at once, and those that are missed are counted', () => {
    const { teller, told } = listening();
    teller.listen(true);
    teller.look(recordWith(2_500));
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]?.missed).toBe(1_500);
    expect(told[0]?.events.length).toBe(1_000);
    expect(told[0]?.events.at(-1)?.event.sequence).toBe(2_500);
  });
});
