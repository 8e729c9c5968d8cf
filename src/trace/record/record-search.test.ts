import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import { type RecordHead } from './head.ts';
import { KIND_CODES } from './event-kinds.ts';
import { IommuRecord } from './iommu-record.ts';
import { firstFrom, nextOfKind, previousOfKind } from './record-search.ts';
import { Recorder } from './recorder.ts';

const HEAD: RecordHead = PLAIN_HEAD;
const RESET = KIND_CODES.get('reset') ?? -1;
/** Longer than a chunk can tell the time of. */
const PAUSE_MS = 50_000;

it('finds times and kinds as a look at each event does', () => {
  const gap = fc.oneof(fc.constant(0), fc.constant(1), fc.constant(PAUSE_MS));
  const happened = fc.array(fc.tuple(gap, fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(happened, (steps) => {
      const recorder = new Recorder();
      const record = new IommuRecord(HEAD);
      let timeMs = 0;
      const events = steps.map(([gapMs, isReset], index) => {
        timeMs += gapMs;
        const sequence = index + 1;
        const event = isReset
          ? ({ kind: 'reset', sequence } as const)
          : ({ kind: 'system-reset', sequence } as const);
        recorder.add(event, { timeMs, instructions: 0 });
        return { sequence, timeMs, isReset };
      });
      for (const batch of recorder.take()) record.append(batch);
      for (const wanted of [0, ...events.map((event) => event.timeMs), timeMs + 1]) {
        const first = events.find((event) => event.timeMs >= wanted)?.sequence;
        expect(firstFrom(record, wanted)).toBe(first ?? events.length + 1);
      }
      const resets = events.filter(({ isReset }) => isReset).map(({ sequence }) => sequence);
      for (let at = 0; at <= events.length + 1; at += 1) {
        expect(nextOfKind(record, RESET, at)).toBe(resets.find((each) => each > at));
        expect(previousOfKind(record, RESET, at)).toBe(resets.findLast((each) => each < at));
      }
    }),
  );
});
