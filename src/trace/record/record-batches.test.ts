import { describe, expect, it } from 'vitest';
import { IommuRecord } from './iommu-record.ts';
import { eventsOf, latestBatches } from './record-batches.ts';
import { Recorder } from './recorder.ts';
import { recordHeadOf } from '../../machine/plan/record-head.ts';
import { readPlan } from '../../machine/plan/plan-check.ts';

const CHUNKS = 3;
const EVENTS = 10;

/** A record of several chunks: a chunk ends where instructions begin anew. */
function recordOfChunks(): IommuRecord {
  const record = new IommuRecord(recordHeadOf(readPlan({})));
  const recorder = new Recorder();
  for (let at = 0; at < CHUNKS * EVENTS; at += 1) {
    const life = Math.floor(at / EVENTS);
    const time = { timeMs: at, instructions: (CHUNKS - life) * 1e6 + at };
    recorder.add({ kind: 'power-cycled', sequence: at + 1 }, time);
  }
  for (const batch of recorder.take()) record.append(batch);
  return record;
}

describe('latestBatches', () => {
  it.each([
    [1, EVENTS],
    [EVENTS, EVENTS],
    [EVENTS + 1, 2 * EVENTS],
    [1e6, CHUNKS * EVENTS],
  ])('has the latest %i events, and the others of their chunk', (wanted, got) => {
    const numbers = eventsOf(latestBatches(recordOfChunks(), wanted)).map(
      ({ event }) => event.sequence,
    );
    expect(numbers).toHaveLength(got);
    expect(numbers.at(-1)).toBe(CHUNKS * EVENTS);
  });

  it('begins a record of its own', () => {
    const record = new IommuRecord(recordHeadOf(readPlan({})));
    for (const batch of latestBatches(recordOfChunks(), EVENTS)) record.append(batch);
    expect([record.firstSequence, record.lastSequence]).toEqual([21, 30]);
  });
});
