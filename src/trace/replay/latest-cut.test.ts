import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PastRig } from '../../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { History } from './history.ts';
import { filedPast } from './latest-cut.ts';

/** All that is alive after an event, whatever its number is. */
function stateAt(history: History, sequence: number): unknown {
  const moment = history.at(sequence);
  if (!moment.isKnown) return moment;
  const { domains, endpoints, isBypass, missing } = moment;
  return { domains, endpoints, isBypass, missing };
}

it('makes a record of the latest events, with every moment as it was', () => {
  fc.assert(
    fc.property(pastDevice, pastSteps('lose'), fc.integer({ min: 1, max: 30 }), (...drawn) => {
      const [options, steps, events] = drawn;
      const rig = new PastRig(options);
      const history = new History(rig.record);
      for (const step of steps) rig.do(step);
      rig.take();
      const last = rig.record.lastSequence;
      const { record: batches, keyframe } = filedPast(history, last, events);
      const record = new IommuRecord(rig.record.head);
      const cut = new History(record, { keyframe: keyframe ?? undefined });
      for (const batch of batches) record.append(batch);
      expect(record.count).toBe(Math.min(events, rig.record.count));
      for (let sequence = record.firstSequence; sequence <= last; sequence += 1) {
        expect(stateAt(cut, sequence)).toEqual(stateAt(history, sequence));
      }
    }),
  );
});
