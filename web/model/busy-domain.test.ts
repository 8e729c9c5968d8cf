import { describe, expect, it } from 'vitest';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { BusyDomain } from './busy-domain.ts';
import { NO_SELECTION, shownDomain } from './domain-choice.ts';

/** A state in which the domains 1, 2, … have made so many accesses. */
function stateOf(...accesses: readonly number[]): IommuState {
  const domains = accesses.map((translated, index) => ({
    id: index + 1,
    isBypass: false,
    endpoints: [index],
    mappings: 1,
    bytes: 4096n,
    translated,
    blocked: 0,
    translatedBytes: 0,
    blockedBytes: 0,
    reserved: [],
  }));
  return { sequence: 1, isBypass: false, endpoints: [], domains };
}

describe('the busy domain', () => {
  it('is none for what was done before, and for what devices do when they are idle', () => {
    const busy = new BusyDomain();
    busy.note(stateOf(5_000, 300), 0);
    for (let each = 1; each <= 20; each += 1)
      busy.note(stateOf(5_000, 300 + 5 * each), 1_000 * each);
    expect(busy.domain).toBeNull();
  });

  it('changes to one that is clearly busier, and stays when all are quiet again', () => {
    const busy = new BusyDomain();
    busy.note(stateOf(0, 0), 0);
    busy.note(stateOf(100, 0), 100);
    expect(busy.domain).toBe(1);
    // Half of both: no flicker
    busy.note(stateOf(200, 200), 200);
    busy.note(stateOf(300, 400), 300);
    expect(busy.domain).toBe(1);
    busy.note(stateOf(300, 400), 60_000);
    expect(busy.domain).toBe(1);
    busy.note(stateOf(300, 500), 60_100);
    expect(busy.domain).toBe(2);
    busy.clear();
    expect(busy.domain).toBeNull();
  });

  it('counts a domain of the same number that began anew from zero', () => {
    const busy = new BusyDomain();
    busy.note(stateOf(1_000), 0);
    busy.note(stateOf(2), 100);
    expect(busy.domain).toBeNull();
    busy.note(stateOf(40), 200);
    expect(busy.domain).toBe(1);
  });

  it('is shown until somebody has chosen another, as long as it exists', () => {
    const state = stateOf(1, 1, 1);
    expect(shownDomain(state, NO_SELECTION, 1, 2)).toBe(2);
    expect(shownDomain(state, { kind: 'domain', id: 3 }, 1, 2)).toBe(3);
    expect(shownDomain(state, NO_SELECTION, 1, 4)).toBe(1);
  });
});
