import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { emptyBatch } from './batch.ts';
import { IommuRecord } from './iommu-record.ts';
import { MAX_LINE, MAX_MARK_BYTES, MAX_MARKS, Marks, type Mark } from './marks.ts';

const place = (sequence: number) => ({ sequence, timeMs: sequence, instructions: 0 });
const line = (sequence: number): Mark => ({ kind: 'console', line: 'x', ...place(sequence) });
const looked = (sequence: number): Mark => ({
  kind: 'counters',
  endpoints: [],
  domains: [],
  ...place(sequence),
});

describe('Marks', () => {
  it('let go of what there is much of first', () => {
    const marks = new Marks();
    for (let at = 0; at < 2 * MAX_MARKS; at += 1) marks.add(at % 8 === 0 ? line(at) : looked(at));
    const lines = marks.all.filter(({ kind }) => kind === 'console');
    expect(lines).toHaveLength((2 * MAX_MARKS) / 8);
    expect(marks.all).toHaveLength(MAX_MARKS + MAX_MARKS / 8);
    expect(marks.dropped).toBe((7 * MAX_MARKS) / 8);
  });

  it.each([
    ['lines', line],
    ['counters', looked],
  ])('are bounded when they are all %s, and the latest stay', (_what, make) => {
    const marks = new Marks();
    const count = 7 * MAX_MARKS;
    let most = 0;
    for (let at = 0; at < count; at += 1) {
      marks.add(make(at));
      most = Math.max(most, marks.all.length);
    }
    expect(most).toBeLessThan(2 * MAX_MARKS);
    expect(marks.dropped + marks.all.length).toBe(count);
    expect(marks.all.at(-1)?.sequence).toBe(count - 1);
    expect(marks.all.at(-MAX_MARKS)?.sequence).toBe(count - MAX_MARKS);
  });

  const counts = { translated: 1, translatedBytes: 1, blocked: 0, blockedBytes: 0 };
  const long = 'x'.repeat(MAX_LINE);
  it.each<[string, (sequence: number) => Mark]>([
    ['long lines', (at) => ({ kind: 'console', line: long, ...place(at) })],
    [
      'counters of many domains',
      (at) => ({
        kind: 'counters',
        endpoints: [],
        domains: Array.from({ length: 64 }, (_, id) => ({ id, ...counts })),
        ...place(at),
      }),
    ],
  ])('are bounded by what they take when they are all %s', (_what, make) => {
    const marks = new Marks();
    const count = MAX_MARKS;
    let most = 0;
    for (let at = 0; at < count; at += 1) {
      marks.add(make(at));
      most = Math.max(most, marks.bytes);
    }
    expect(most).toBeLessThanOrEqual(MAX_MARK_BYTES);
    expect(marks.bytes).toBeGreaterThan(MAX_MARK_BYTES / 4);
    expect(marks.dropped).toBeGreaterThan(0);
    expect(marks.dropped + marks.all.length).toBe(count);
    expect(marks.all.at(-1)?.sequence).toBe(count - 1);
  });

  it('take less when they are taken back', () => {
    const marks = new Marks();
    for (let at = 0; at < 10; at += 1) marks.add(line(at));
    const { bytes } = marks;
    marks.rewind(4);
    expect(marks.bytes).toBe(bytes / 2);
  });
});

it('a fork of a record says as well how many marks are gone', () => {
  const record = new IommuRecord(PLAIN_HEAD);
  const marks = Array.from({ length: 2 * MAX_MARKS }, () => looked(0));
  record.append({ ...emptyBatch(), marks });
  const { droppedMarks } = record;
  expect(droppedMarks).toBeGreaterThan(0);
  expect(record.fork(0).droppedMarks).toBe(droppedMarks);
});
