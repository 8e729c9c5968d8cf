import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PastRig } from '../../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { EventCounter, NO_TOTALS, type EventTotals } from '../event-totals.ts';
import { History } from './history.ts';

const NAMES: readonly (keyof EventTotals)[] = [
  'attach',
  'detach',
  'map',
  'unmap',
  'probe',
  'ignored',
  'rejected',
  'faults',
];

/** Bytes that devices could reach after an event, from what the device said of itself. */
function naiveReach(rig: PastRig, sequence: number): number {
  const moment = rig.moments.get(sequence);
  if (moment === undefined) throw new Error('the device was asked after each event');
  if (moment.endpoints.some(({ mode, isMaster }) => mode === 'bypass' && isMaster)) return Infinity;
  const mapped = moment.domains.reduce((sum, { bytes }) => sum + bytes, 0n);
  return Number(mapped);
}

/** To half a percent, which no curve shows. */
function isNear(value = NaN, exact: number): boolean {
  return value === exact || Math.abs(value - exact) < exact / 200;
}

it('has the sums and the reach of each stretch as one event after the other has them', () => {
  let bucketed = 0;
  let bypassed = 0;
  fc.assert(
    fc.property(
      pastDevice,
      pastSteps('lose'),
      fc.array(fc.nat(400), { maxLength: 12 }),
      (options, steps, places) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        for (const step of steps) rig.do(step);
        rig.take();
        const { record } = rig;
        const end = record.lastSequence + 1;
        const bounds = [1, ...places.map((place) => 1 + (place % end)), end].sort((a, b) => a - b);
        const tally = history.tally(bounds);
        expect(tally.count).toBe(bounds.length - 1);
        for (let at = 0; at < tally.count; at += 1) {
          const [from, to] = [bounds[at] ?? 0, bounds[at + 1] ?? 0];
          const counter = new EventCounter();
          const reached = [naiveReach(rig, from - 1)];
          for (let sequence = from; sequence < to; sequence += 1) {
            const event = record.event(sequence)?.event;
            if (event !== undefined) counter.add(event);
            reached.push(naiveReach(rig, sequence));
            bucketed += 1;
          }
          const counted = Object.fromEntries(NAMES.map((name) => [name, tally.of(name, at)]));
          expect(counted).toEqual({ ...NO_TOTALS, ...counter.totals });
          expect(isNear(tally.least[at], Math.min(...reached))).toBe(true);
          expect(isNear(tally.most[at], Math.max(...reached))).toBe(true);
          if (tally.most[at] === Infinity) bypassed += 1;
        }
      },
    ),
    { seed: 13 },
  );
  expect(bucketed).toBeGreaterThan(1000);
  expect(bypassed).toBeGreaterThan(100);
});
