import { describe, expect, it } from 'vitest';
import { HEAD } from '../../../test/support/filter-records.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { History } from './history.ts';

const ENDPOINT = {
  id: 1,
  bypassed: 0,
  bypassedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
  translatedBytes: 0,
};

describe('the counters of a moment', () => {
  const recorder = new Recorder();
  const record = new IommuRecord(HEAD);
  for (let sequence = 1; sequence <= 6; sequence += 1) {
    const time = { timeMs: 10 * sequence, instructions: 0 };
    recorder.add({ kind: 'probed', endpoint: 1, status: 0, sequence }, time);
    recorder.mark({ kind: 'console', line: `${sequence}` }, time);
    if (sequence % 2 === 1) continue;
    const endpoints = [{ ...ENDPOINT, translated: sequence }];
    recorder.mark({ kind: 'counters', endpoints, domains: [] }, time);
    recorder.mark({ kind: 'console', line: 'looked' }, time);
  }
  for (const batch of recorder.take()) record.append(batch);
  const history = new History(record);

  it.each([
    [0, null],
    [1, null],
    [2, { sequence: 2, timeMs: 20, endpoints: [{ ...ENDPOINT, translated: 2 }], domains: [] }],
    [3, { sequence: 2, timeMs: 20, endpoints: [{ ...ENDPOINT, translated: 2 }], domains: [] }],
    [6, { sequence: 6, timeMs: 60, endpoints: [{ ...ENDPOINT, translated: 6 }], domains: [] }],
  ])('after event %i are those that were read last', (sequence, counters) => {
    expect(history.at(sequence)).toMatchObject({ isKnown: true, counters });
  });

  it('stay as they are when the machine goes on from before', () => {
    const moment = history.at(6);
    record.rewind(3);
    expect(moment).toMatchObject({ counters: { sequence: 6 } });
    expect(history.at(3)).toMatchObject({ counters: { sequence: 2 } });
  });
});
