import { describe, expect, it } from 'vitest';
import type { EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import { shownDomain, NO_SELECTION } from './domain-choice.ts';
import { ACTIVITY_SAMPLES, EndpointActivity } from './endpoint-activity.ts';
import { RateMeter } from './rate-meter.ts';

function endpoint(id: number, domain: number | null, translated: number): EndpointState {
  return {
    id,
    mode: domain === null ? 'blocked' : 'attached',
    domain,
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

describe('EndpointActivity', () => {
  it('samples differences in even steps and keeps a bounded number', () => {
    const activity = new EndpointActivity();
    activity.sample(stateOf([endpoint(1, 1, 10)], []), 0);
    activity.sample(stateOf([endpoint(1, 1, 99)], []), 50);
    activity.sample(stateOf([endpoint(1, 1, 14)], []), 200);
    expect(activity.samples(1)).toEqual([0, 4]);
    for (let step = 2; step < 100; step++) {
      activity.sample(stateOf([endpoint(1, 1, 14 + step)], []), step * 200);
    }
    expect(activity.samples(1)).toHaveLength(ACTIVITY_SAMPLES);
    expect(activity.samples(2)).toEqual([]);
  });

  it('remembers when an access was last stopped', () => {
    const activity = new EndpointActivity();
    activity.sample(stateOf([endpoint(1, 1, 0)], []), 0);
    expect(activity.lastBlockedMs(1)).toBe(Number.NEGATIVE_INFINITY);
    activity.sample(stateOf([{ ...endpoint(1, 1, 0), blocked: 1 }], []), 400);
    expect(activity.lastBlockedMs(1)).toBe(400);
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
