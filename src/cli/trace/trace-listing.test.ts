import { describe, expect, it } from 'vitest';
import { HEAD } from '../../../test/support/filter-records.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { Recorder } from '../../trace/record/recorder.ts';
import { History } from '../../trace/replay/history.ts';
import { filterFor } from './trace-filter.ts';
import { TraceListing } from './trace-listing.ts';

const DD = { task: { pid: 9, tgid: 9, comm: 'dd', isInterrupted: false }, stack: null };

function recordWithMarks(): { readonly record: IommuRecord; readonly recorder: Recorder } {
  const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
  const time = { timeMs: 1500, instructions: 0 };
  recorder.mark({ kind: 'console', line: '\u{1b}[2Jhello' }, time);
  recorder.add({ kind: 'probed', endpoint: 1, status: 0, sequence: 1 }, time);
  const who = recorder.numberOf(DD);
  recorder.mark({ kind: 'notification', endpoint: 2, queue: 1, count: 3 }, time, who);
  recorder.add({ kind: 'reset', sequence: 2 }, time);
  for (const batch of recorder.take()) record.append(batch);
  return { record, recorder };
}

function listed(filter: string, options: { isJson?: boolean; hasMarks?: boolean } = {}): string {
  const { record } = recordWithMarks();
  const compiled = filterFor(filter, record, new History(record));
  const all = { isJson: false, hasMarks: true, symbols: undefined, ...options };
  return [...new TraceListing(record, compiled, all).next()].join('');
}

describe('TraceListing', () => {
  it('has marks in their places, and nothing in them moves the cursor', () => {
    expect(listed('')).toBe(
      [
        '           1.500000  CONSOLE \u{fffd}[2Jhello',
        '     #1    1.500000  PROBE   disk',
        '           1.500000  NOTIFY  net, queue 1, 3 times since the last mark  by dd (pid 9)',
        '     #2    1.500000  RESET   by the driver',
        '',
      ].join('\n'),
    );
  });

  it('has events only when marks are not wanted', () => {
    expect(listed('', { hasMarks: false })).toMatch(/^ +#1 .*\n +#2 .*\n$/);
  });

  it('has what a filter lets through', () => {
    expect(listed('kind in {notification, reset}').split('\n')).toMatchObject([
      expect.stringContaining('NOTIFY'),
      expect.stringContaining('RESET'),
      '',
    ]);
    expect(listed('console ~ "hello"', { isJson: true })).toBe(
      '{"after":0,"timeMs":1500,"kind":"console","line":"\\u001b[2Jhello"}\n',
    );
  });

  it('goes on with what has come since', () => {
    const { record, recorder } = recordWithMarks();
    const filter = filterFor('', record, new History(record));
    const options = { isJson: true, hasMarks: true, symbols: undefined };
    const listing = new TraceListing(record, filter, options);
    expect([...listing.next()]).toHaveLength(4);
    expect([...listing.next()]).toEqual([]);
    const time = { timeMs: 1600, instructions: 0 };
    recorder.mark({ kind: 'stage', stage: 'ready' }, time);
    recorder.add({ kind: 'reset', sequence: 3 }, time);
    for (const batch of recorder.take()) record.append(batch);
    expect([...listing.next()].map((line) => JSON.parse(line).kind)).toEqual(['stage', 'reset']);
  });
});
