import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import { HEAD, toldEvents } from '../testing/told-events.ts';
import { EventFeed, FEED_KINDS, isRequest, KEPT_PER_KIND, type FeedKind } from './event-feed.ts';

let sequence = 0;
function recorded(event: DeviceEvent): RecordedEvent {
  return { timeMs: sequence, instructions: 0, event: { ...event, sequence: ++sequence } };
}

function mapped(): RecordedEvent {
  return recorded({
    kind: 'mapped',
    domain: 1,
    virtStart: 0n,
    virtEnd: 0xfffn,
    physStart: 0n,
    flags: 1,
    status: 0,
  });
}

/** A feed and what takes in events for it. */
function newFeed(maxBytes?: number) {
  const record = new IommuRecord(HEAD, maxBytes === undefined ? {} : { maxBytes });
  const feed = new EventFeed();
  feed.follow(record);
  const append = (...events: readonly RecordedEvent[]): number => {
    let requests = 0;
    for (const batch of toldEvents(...events)) {
      record.append(batch);
      requests += feed.append(batch);
    }
    return requests;
  };
  return { feed, append, record };
}

const ALL = new Set(FEED_KINDS);

describe('EventFeed', () => {
  it('lists the chosen kinds in order, and tells how many are requests', () => {
    const { feed, append } = newFeed();
    const requests = append(
      recorded({ kind: 'probed', endpoint: 1, status: 0 }),
      mapped(),
      recorded({ kind: 'reset' }),
      recorded({ kind: 'attached', endpoint: 1, domain: 1, flags: 0, status: 0 }),
    );
    const kinds = (chosen: ReadonlySet<FeedKind>): unknown[] =>
      feed.list(chosen).map((each) => feed.event(each)?.event.kind);
    expect(requests).toBe(3);
    expect(kinds(ALL)).toEqual(['probed', 'mapped', 'reset', 'attached']);
    expect(kinds(new Set(['attach', 'probe']))).toEqual(['probed', 'attached']);
  });

  it('keeps a rare event through a storm of others, in bounded memory', () => {
    const { feed, append, record } = newFeed(1 << 20);
    append(recorded({ kind: 'reset' }));
    const storm = 40 * KEPT_PER_KIND;
    append(...Array.from({ length: storm }, mapped));
    const events = feed.list(ALL).map((each) => feed.event(each)?.event);
    expect(record.evicted).toBeGreaterThan(0);
    expect(events).toHaveLength(KEPT_PER_KIND + 1);
    expect(events[0]?.kind).toBe('reset');
    expect(events.at(-1)?.sequence).toBe(sequence);
    expect(feed.count('map')).toBe(storm);
  });

  it('counts what came too fast to be listed', () => {
    const { feed, append } = newFeed();
    append(mapped(), mapped());
    feed.countDropped('mapped', 5000);
    feed.countDropped('faulted', 3);
    expect(feed.count('map')).toBe(5002);
    expect(feed.count('fault')).toBe(3);
    expect(feed.list(ALL)).toHaveLength(2);
  });

  it('tells requests from what the device did by itself', () => {
    expect(isRequest('mapped')).toBe(true);
    expect(isRequest('ignored')).toBe(true);
    expect(isRequest('faulted')).toBe(false);
    expect(isRequest('system-reset')).toBe(false);
  });
});
