import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import { EventFeed, FEED_KINDS, isRequest, KEPT_PER_KIND } from './event-feed.ts';

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

const ALL = new Set(FEED_KINDS);

describe('EventFeed', () => {
  it('lists the chosen kinds in order', () => {
    const feed = new EventFeed();
    feed.append([
      recorded({ kind: 'probed', endpoint: 1, status: 0 }),
      mapped(),
      recorded({ kind: 'attached', endpoint: 1, domain: 1, flags: 0, status: 0 }),
    ]);
    const kinds = (chosen: typeof ALL): string[] => feed.list(chosen).map((e) => e.event.kind);
    expect(kinds(ALL)).toEqual(['probed', 'mapped', 'attached']);
    expect(kinds(new Set(['attach', 'probe']))).toEqual(['probed', 'attached']);
  });

  it('keeps a rare event through a storm of others, in bounded memory', () => {
    const feed = new EventFeed();
    feed.append([recorded({ kind: 'reset' })]);
    const storm = 5 * KEPT_PER_KIND;
    feed.append(Array.from({ length: storm }, mapped));
    const events = feed.list(ALL);
    expect(events).toHaveLength(KEPT_PER_KIND + 1);
    expect(events[0]?.event.kind).toBe('reset');
    expect(events.at(-1)?.event.sequence).toBe(sequence);
    expect(feed.count('map')).toBe(storm);
  });

  it('counts what came too fast to be listed', () => {
    const feed = new EventFeed();
    feed.append([mapped(), mapped()]);
    feed.countDropped('mapped', 5000);
    feed.countDropped('faulted', 3);
    expect(feed.count('map')).toBe(5002);
    expect(feed.count('fault')).toBe(3);
    expect(feed.list(ALL)).toHaveLength(2);
  });

  it('tells requests from what the device did by itself', () => {
    const ignored = {
      kind: 'ignored',
      type: 9,
      status: null,
      readableBytes: 4,
      writableBytes: 0,
    } as const;
    expect(isRequest(mapped().event)).toBe(true);
    expect(isRequest(recorded(ignored).event)).toBe(true);
    expect(isRequest(recorded({ kind: 'system-reset' }).event)).toBe(false);
  });
});
