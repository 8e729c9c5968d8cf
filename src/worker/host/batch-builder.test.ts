import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import { BatchBuilder } from './batch-builder.ts';

const MAX_EVENTS = 4096;
const MAX_CONSOLE = 1 << 18;
const CHUNK = 4096;

function event(sequence: number): RecordedEvent {
  return { timeMs: sequence, instructions: 0, event: { kind: 'reset', sequence } };
}

function filled(count: number): BatchBuilder {
  const batch = new BatchBuilder();
  for (let sequence = 0; sequence < count; sequence++) batch.addEvent(event(sequence));
  return batch;
}

describe('BatchBuilder', () => {
  it('forgets what belongs to a machine that is gone', () => {
    const batch = filled(3 * MAX_EVENTS);
    batch.addConsole(Uint8Array.of(1));
    batch.forgetEvents();
    expect(batch.take()).toEqual({
      console: Uint8Array.of(1),
      events: [],
      isConsoleAnew: false,
      dropped: {},
    });
    batch.addConsole(Uint8Array.of(1));
    batch.forgetConsole();
    expect(batch.take().console).toEqual(new Uint8Array());
  });

  it('gathers console bytes and events in order, and starts over when they are taken', () => {
    const batch = new BatchBuilder();
    batch.addConsole(Uint8Array.of(1, 2));
    batch.addConsole(Uint8Array.of(3));
    batch.addEvent(event(1));
    batch.addEvent(event(2));
    expect(batch.take()).toEqual({
      console: Uint8Array.of(1, 2, 3),
      events: [event(1), event(2)],
      isConsoleAnew: false,
      dropped: {},
    });
    expect(batch.take()).toEqual({
      console: new Uint8Array(),
      events: [],
      dropped: {},
      isConsoleAnew: false,
    });
  });

  it.each([MAX_EVENTS - 1, MAX_EVENTS])('drops none of %i events', (count) => {
    const { events, dropped } = filled(count).take();
    expect([events.length, dropped]).toEqual([count, {}]);
  });

  it.each([MAX_EVENTS + 1, 2 * MAX_EVENTS - 1, 2 * MAX_EVENTS, 2 * MAX_EVENTS + 1, 100_000])(
    'keeps the newest of %i events, and counts the others',
    (count) => {
      const { events, dropped } = filled(count).take();
      const droppedEvents = dropped.reset ?? 0;
      expect(events.length).toBeLessThanOrEqual(MAX_EVENTS);
      expect(events.length + droppedEvents).toBe(count);
      expect(events.at(-1)).toEqual(event(count - 1));
      expect(events[0]).toEqual(event(droppedEvents));
    },
  );

  it('counts dropped events of one batch only', () => {
    const batch = filled(100_000);
    batch.take();
    batch.addEvent(event(1));
    expect(batch.take().dropped).toEqual({});
  });

  it('keeps the newest bytes of a guest that prints without end', () => {
    const batch = new BatchBuilder();
    for (let count = 0; count < 1000; count++) {
      batch.addConsole(new Uint8Array(CHUNK).fill(count));
    }
    const { console } = batch.take();
    expect(console.length).toBe(MAX_CONSOLE);
    expect(console.at(-1)).toBe(999 & 0xff);
    expect(batch.take().console.length).toBe(0);
  });
});
