// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecentFilters } from './recent-filters.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe('filters that were used', () => {
  it('are kept with the latest first, each once, also for the next visit', () => {
    const recent = new RecentFilters();
    for (const text of ['refused', 'kind == map', 'refused', '  ']) recent.add(text);
    expect(recent.texts.value).toEqual(['refused', 'kind == map']);
    expect(new RecentFilters().texts.value).toEqual(['refused', 'kind == map']);
    for (let domain = 0; domain < 20; domain += 1) recent.add(`domain == ${domain}`);
    expect(recent.texts.value).toHaveLength(12);
    expect(recent.texts.value[0]).toBe('domain == 19');
    recent.add('x'.repeat(60_000));
    expect(recent.texts.value[0]).toBe('domain == 19');
  });

  it('keep those of another page of the same visitor', () => {
    const [one, other] = [new RecentFilters(), new RecentFilters()];
    one.add('refused');
    other.add('reported');
    expect(new RecentFilters().texts.value).toEqual(['reported', 'refused']);
  });

  it.each(['{', '{"a":1}', '[1,2]'])('are none where the browser has kept %s', (kept) => {
    localStorage.setItem('viommu-filters', kept);
    expect(new RecentFilters().texts.value).toEqual([]);
  });

  it('stay with the page where the browser keeps nothing', () => {
    vi.stubGlobal('localStorage', undefined);
    const recent = new RecentFilters();
    recent.add('refused');
    expect(recent.texts.value).toEqual(['refused']);
  });
});
