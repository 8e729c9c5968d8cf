import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import { describe, expect, it } from 'vitest';
import type { EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import { shownDomain, NO_SELECTION } from './domain-choice.ts';
import { ACTIVITY_SAMPLES, ActivityWatch } from './activity-watch.ts';
import { activityAt, isBusy } from './endpoint-activity.ts';
import { HEAD } from '../testing/told-events.ts';
import { RateMeter } from './rate-meter.ts';

function endpoint(id: number, domain: number | null, translated: number): EndpointState {
  return {
    id,
    mode: domain === null ? 'blocked' : 'attached',
    domain,
    isMaster: true,
    translated,
    bypassed: 0,
    blocked: 0,
    translatedBytes: 0,
    bypassedBytes: 0,
    blockedBytes: 0,
    reserved: [],
  };
}

function stateOf(endpoints: readonly EndpointState[], mappings: readonly number[]): IommuState {
  const domains = mappings.map((count, index) => ({
    id: index + 1,
    isBypass: false,
    endpoints: [],
    mappings: count,
    bytes: 0n,
    translated: 0,
    blocked: 0,
    translatedBytes: 0,
    blockedBytes: 0,
    reserved: [],
  }));
  return { sequence: 1, isBypass: false, endpoints, domains };
}

describe('RateMeter', () => {
  it('counts the last second only', () => {
    const meter = new RateMeter();
    meter.add(5, 100);
    meter.add(7, 900);
    expect(meter.perSecond).toBe(12);
    meter.add(0, 1150);
    expect(meter.perSecond).toBe(7);
    meter.add(0, 5000);
    expect(meter.perSecond).toBe(0);
  });

  it('starts again when time runs backwards', () => {
    const meter = new RateMeter();
    meter.add(5, 9000);
    meter.add(1, 10);
    expect(meter.perSecond).toBe(1);
  });
});

describe('activityAt', () => {
  /** Counters of one endpoint, by the time at which they were looked at. */
  function lookedAt(totals: readonly (readonly [timeMs: number, total: number])[]): IommuRecord {
    const recorder = new Recorder();
    for (const [timeMs, translated] of totals) {
      const endpoints = [endpoint(1, 1, translated)];
      recorder.mark({ kind: 'counters', endpoints, domains: [] }, { timeMs, instructions: 0 });
    }
    const record = new IommuRecord(HEAD);
    for (const batch of recorder.take()) record.append(batch);
    return record;
  }

  it('has the accesses of each step of guest time, up to the one that has begun', () => {
    const { samples } = activityAt(lookedAt([[50, 10], [90, 12], [210, 16], [630, 17]]), 0, 650, []); // oxfmt-ignore
    expect(samples(1)).toHaveLength(ACTIVITY_SAMPLES);
    expect(samples(1).slice(-4)).toEqual([2, 4, 0, 1]);
    expect(samples(2)).toEqual([]);
    expect(isBusy(samples(1))).toBe(true);
    expect(isBusy(activityAt(lookedAt([[50, 10], [90, 12]]), 0, 450, []).samples(1))).toBe(false); // oxfmt-ignore
  });

  it('is the same for a moment, however much has come since', () => {
    const before = activityAt(lookedAt([[50, 10], [90, 12]]), 0, 100, []); // oxfmt-ignore
    expect(before.samples(1).at(-1)).toBe(2);
    expect(before.lastBlockedMs(1)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('ActivityWatch', () => {
  it('changes with each look at the counters, and while accesses are among the samples', () => {
    const watch = new ActivityWatch();
    const recorder = new Recorder();
    recorder.mark({ kind: 'counters', endpoints: [], domains: [] }, { timeMs: 100, instructions: 0 }); // oxfmt-ignore
    const versions = new Set<string>([watch.version]);
    watch.take({ record: recorder.take(), ranMs: 100 });
    versions.add(watch.version);
    expect(versions.size).toBe(2);
    for (let ranMs = 100; ranMs < 60_000; ranMs += 50) {
      watch.take({ record: [], ranMs });
      versions.add(watch.version);
    }
    expect(versions.size).toBe(2 + ACTIVITY_SAMPLES);
  });
});

describe('shownDomain', () => {
  const state = stateOf([endpoint(8, 2, 0), endpoint(9, null, 0)], [5, 0, 7]);

  it.each([
    ['nothing without a device', null, NO_SELECTION, null, null],
    ['the fullest at first', state, NO_SELECTION, null, 3],
    ['the same as long as none has many more', state, NO_SELECTION, 1, 1],
    ['another when it is empty', state, NO_SELECTION, 2, 3],
    ['the domain of the selected endpoint', state, { kind: 'endpoint', id: 8 }, 1, 2],
    ['none for an unattached endpoint', state, { kind: 'endpoint', id: 9 }, 1, null],
    ['the selected domain', state, { kind: 'domain', id: 2 }, 1, 2],
    ['the fullest when the selected domain is gone', state, { kind: 'domain', id: 77 }, null, 3],
  ] as const)('%s', (_, given, selection, current, expected) => {
    expect(shownDomain(given, selection, current)).toBe(expected);
  });
});
