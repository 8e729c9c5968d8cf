import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../test/support/empty-record.ts';
import type { IommuState } from '../iommu/events/iommu-event.ts';
import { IommuRecord } from '../trace/record/iommu-record.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { RecordCounters, SAMPLE_MS } from './record-counters.ts';

const NOTHING = {
  translated: 0,
  translatedBytes: 0,
  bypassed: 0,
  bypassedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
};

function iommu(translated: number): { state(): IommuState } {
  const counts = { ...NOTHING, translated, translatedBytes: 64 * translated };
  const endpoint = { mode: 'attached', domain: 1, isMaster: true, reserved: [] } as const;
  const { bypassed: _bypassed, bypassedBytes: _bytes, ...ofDomain } = counts;
  return {
    state: () => ({
      sequence: 0,
      isBypass: false,
      endpoints: [
        { id: 7, ...endpoint, ...counts },
        { id: 8, ...endpoint, ...NOTHING },
      ],
      domains: [
        {
          id: 1,
          isBypass: false,
          endpoints: [7, 8],
          mappings: 0,
          bytes: 0n,
          reserved: [],
          ...ofDomain,
        },
      ],
    }),
  };
}

describe('RecordCounters', () => {
  const recorder = new Recorder();
  const counters = new RecordCounters(recorder);
  const times = (): readonly number[] =>
    recorder.take().flatMap(({ marks }) => marks.map(({ timeMs }) => timeMs));
  const pass = (timeMs: number, translated: number): void =>
    counters.pass(iommu(translated), timeMs, 0);

  it('writes counters down where they have changed, once in a while at most', () => {
    for (let timeMs = 0; timeMs < 10 * SAMPLE_MS; timeMs += 1) pass(timeMs, timeMs);
    expect(times()).toEqual(Array.from({ length: 10 }, (_unused, index) => index * SAMPLE_MS));
    pass(20 * SAMPLE_MS, 5);
    pass(30 * SAMPLE_MS, 5);
    expect(times()).toEqual([20 * SAMPLE_MS]);
  });

  it('writes them down again when the record goes on elsewhere', () => {
    recorder.goOnBehind([]);
    pass(2, 5);
    counters.forget();
    pass(1, 5);
    expect(times()).toEqual([2, 1]);
  });

  it('tells of endpoints and domains where something was done', () => {
    counters.look(iommu(3), { timeMs: 40, instructions: 9 });
    const record = new IommuRecord(PLAIN_HEAD);
    for (const batch of recorder.take()) record.append(batch);
    const counts = { translated: 3, translatedBytes: 192, blocked: 0, blockedBytes: 0 };
    expect(record.marks).toEqual([
      {
        kind: 'counters',
        endpoints: [{ id: 7, ...counts, bypassed: 0, bypassedBytes: 0 }],
        domains: [{ id: 1, ...counts }],
        sequence: 0,
        timeMs: 40,
        instructions: 9,
      },
    ]);
  });
});
