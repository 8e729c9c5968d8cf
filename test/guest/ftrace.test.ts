// The guest's kernel traces its own IOMMU while we record ours: both tell the same.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { GuestSession } from '../../src/guest/guest-session.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { FtraceTextReader } from '../../src/trace/formats/ftrace-text-reader.ts';
import { eventsIn, readText } from '../support/read-text.ts';

let guest: GuestSession;

beforeAll(async () => {
  guest = await GuestSession.start();
});

afterAll(() => guest.dispose());

/** What both tell of a MAP or an UNMAP. */
function told(events: readonly IommuEvent[]): readonly object[] {
  return events.flatMap((event): readonly object[] => {
    if (event.kind === 'mapped') {
      const { kind, virtStart, virtEnd, physStart } = event;
      return [{ kind, virtStart, virtEnd, physStart }];
    }
    if (event.kind !== 'unmapped') return [];
    const { kind, virtStart, virtEnd, removed } = event;
    return [{ kind, virtStart, virtEnd, removed }];
  });
}

it('tells of every MAP and UNMAP as our own record does, in the same order', async () => {
  const before = guest.iommu.record.lastSequence;
  const { output } = await guest.run(
    'iommu-trace disk-read virtio >/dev/null; cat /sys/kernel/tracing/trace',
  );
  const { record } = guest.iommu;
  const ours: IommuEvent[] = [];
  for (let sequence = before + 1; sequence <= record.lastSequence; sequence += 1) {
    const event = record.event(sequence)?.event;
    if (event !== undefined) ours.push(event);
  }
  const reader = await readText(new FtraceTextReader(), output);
  const theirs = told(eventsIn(reader));
  expect(theirs.length).toBeGreaterThan(50);
  // Tracing was on for a part of the command only; an UNMAP of what was mapped before counts for one
  const all = told(ours);
  const first = all.findIndex(
    (event) => JSON.stringify(event, asText) === JSON.stringify(theirs[0], asText),
  );
  expect(theirs).toEqual(all.slice(first, first + theirs.length));
});

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
