import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { emptyBatch } from './batch.ts';
import { CHUNK_EVENTS } from './event-chunk.ts';
import { type RecordHead } from './head.ts';
import { IommuRecord } from './iommu-record.ts';
import { MAX_MARKS, type Mark } from './marks.ts';
import { RecordTail, type TailLimits } from './record-tail.ts';
import { Recorder } from './recorder.ts';

const HEAD: RecordHead = PLAIN_HEAD;
const TASK = { pid: 7, tgid: 7, comm: 'dd', isInterrupted: false };

/** A machine's end of the record: each third event is a request, each fifth one has a mark behind it. */
class Source {
  readonly record: IommuRecord;
  readonly #recorder = new Recorder();
  #sequence = 0;

  constructor(maxBytes?: number) {
    this.record = new IommuRecord(HEAD, maxBytes === undefined ? {} : { maxBytes });
  }

  add(count: number): void {
    for (let each = 0; each < count; each += 1) {
      const sequence = (this.#sequence += 1);
      const time = { timeMs: sequence, instructions: sequence };
      const readable = Uint8Array.of(sequence & 0xff, 2, 3, 4);
      const written = new Uint8Array(sequence % 5);
      const framing = { readableDescriptors: 1, writableDescriptors: 2 };
      const lengths = { readableLength: 4, writableLength: 8, writtenLength: written.length };
      const parts = { ...framing, ...lengths };
      const request = sequence % 3 === 0 ? { ...parts, readable, written } : undefined;
      const who = { task: { ...TASK, pid: sequence % 4 }, stack: null };
      this.#recorder.add(
        { kind: 'probed', endpoint: sequence, status: 0, sequence },
        {
          ...time,
          request,
          who,
        },
      );
      if (sequence % 5 === 0) this.#recorder.mark({ kind: 'console', line: `${sequence}` }, time);
    }
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }

  goOnFrom(sequence: number): void {
    this.#sequence = sequence;
  }
}

function contentOf(record: IommuRecord, until = record.lastSequence): unknown {
  const events = [];
  for (let sequence = Math.max(1, record.firstSequence); sequence <= until; sequence += 1) {
    events.push([record.event(sequence), record.request(sequence), record.who(sequence)]);
  }
  return { events, marks: record.marks.filter((mark) => mark.sequence <= until) };
}

function take(tail: RecordTail, into: IommuRecord, limits?: TailLimits): number {
  const batches = tail.next(limits);
  for (const batch of batches) into.append(batch);
  return batches.reduce((sum, { count }) => sum + count, 0);
}

describe('RecordTail', () => {
  it('makes the same record elsewhere, in pieces of any size and up to any event', () => {
    const steps = fc.array(
      fc.record({ added: fc.nat(40), back: fc.nat(60), atMost: fc.nat(30), hold: fc.nat(20) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const [source, other] = [new Source(), new IommuRecord(HEAD)];
        const tail = new RecordTail(source.record);
        for (const { added, back, atMost, hold } of taken) {
          if (back < 5) source.goOnFrom(Math.max(0, source.record.lastSequence - back));
          source.add(added);
          const until = Math.max(0, source.record.lastSequence - hold);
          expect(take(tail, other, { atMost, until })).toBeLessThanOrEqual(atMost);
          expectSame(contentOf(other, tail.sequence), contentOf(source.record, tail.sequence));
        }
        take(tail, other);
        expectSame(contentOf(other), contentOf(source.record));
      }),
    );
  });

  it('begins behind an event, with the marks from there on', () => {
    const [source, other] = [new Source(), new IommuRecord(HEAD)];
    source.add(20);
    take(new RecordTail(source.record, 12), other);
    expect([other.firstSequence, other.lastSequence]).toEqual([13, 20]);
    expect(other.marks.map(({ sequence }) => sequence)).toEqual([15, 20]);
    expect(other.who(13)).toEqual(source.record.who(13));
  });

  it('gives out nothing of what was given out in another way', () => {
    const source = new Source();
    source.add(20);
    const tail = RecordTail.behind(source.record);
    expect(tail.next()).toEqual([]);
    source.add(1);
    expect(tail.next().map(({ firstSequence, count }) => [firstSequence, count])).toEqual([
      [21, 1],
    ]);
  });

  it('says how many events had to go before they were given out, once, and of which kind', () => {
    const source = new Source(1 << 20);
    const tail = new RecordTail(source.record);
    source.add(10);
    tail.next();
    for (let round = 0; round < 8; round += 1) source.add(CHUNK_EVENTS);
    const lost = source.record.firstSequence - 11;
    expect(tail.takeLost()).toEqual({ probed: lost });
    expect(tail.takeLost()).toEqual({});
    const batches = tail.next({ atMost: 100 });
    const gaps = batches.flatMap(({ marks }) => marks.filter(({ kind }) => kind === 'gap'));
    expect(gaps).toMatchObject([{ events: lost, sequence: source.record.firstSequence - 1 }]);
    expect(batches.at(-1)).toMatchObject({
      firstSequence: source.record.firstSequence,
      count: 100,
    });
    expect(tail.next().flatMap(({ marks }) => marks.map(({ kind }) => kind))).not.toContain('gap');
  });
});

it('gives each mark out once where others after it had to go', () => {
  const record = new IommuRecord(HEAD);
  const tail = new RecordTail(record);
  const at = { sequence: 0, timeMs: 0, instructions: 0 };
  const stage: Mark = { kind: 'stage', stage: 'kernel', ...at };
  const sample = {
    kind: 'sample',
    endpoint: 8,
    address: 0n,
    length: 4,
    access: 'read',
    isRing: false,
    ...at,
  } as const satisfies Mark;
  const take = (marks: readonly Mark[]): void => record.append({ ...emptyBatch(), marks });
  take([stage]);
  expect(tail.next().flatMap(({ marks }) => marks)).toEqual([stage]);

  take(Array.from({ length: 2 * MAX_MARKS }, () => sample));

  expect(record.droppedMarks).toBeGreaterThan(0);
  const told = tail.next().flatMap(({ marks }) => marks);
  expect(told.length).toBe(record.marks.length - 1);
  expect(told).not.toContain(stage);
});
