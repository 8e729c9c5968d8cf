import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import { toldEvents } from '../testing/told-events.ts';
import { EventFeed, FEED_KINDS } from './event-feed.ts';

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

describe('EventFeed', () => {
  it('counts by kind', () => {
    const feed = new EventFeed();
    const events = [
      recorded({ kind: 'probed', endpoint: 1, status: 0 }),
      mapped(),
      mapped(),
      recorded({ kind: 'reset' }),
      recorded({ kind: 'attached', endpoint: 1, domain: 1, flags: 0, status: 0 }),
      recorded({ kind: 'detached', endpoint: 1, domain: 1, status: 0 }),
    ];
    for (const batch of toldEvents(...events)) feed.append(batch);
    expect(FEED_KINDS.map((kind) => feed.count(kind))).toEqual([2, 2, 0, 1, 0, 1]);
    feed.clear();
    expect(FEED_KINDS.map((kind) => feed.count(kind))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('counts what came too fast to be listed', () => {
    const feed = new EventFeed();
    for (const batch of toldEvents(mapped(), mapped())) feed.append(batch);
    feed.countDropped('mapped', 5000);
    feed.countDropped('faulted', 3);
    expect(feed.count('map')).toBe(5002);
    expect(feed.count('fault')).toBe(3);
  });
});
