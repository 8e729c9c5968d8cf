import { describe, expect, it } from 'vitest';
import { MAX_MARKS, Marks, type Mark } from './marks.ts';

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
    for (let at = 0; at < count; at += 1) {
      marks.add(make(at));
      expect(marks.all.length).toBeLessThan(2 * MAX_MARKS);
    }
    expect(marks.dropped + marks.all.length).toBe(count);
    expect(marks.all.at(-1)?.sequence).toBe(count - 1);
    expect(marks.all.at(-MAX_MARKS)?.sequence).toBe(count - MAX_MARKS);
  });
});
