import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_HEAD } from '../../../test/support/empty-record.ts';
import {
  PastRig,
  type DeviceMoment,
  type PastOptions,
  type PastStep,
} from '../../../test/rigs/past-rig.ts';
import { OTHER_ENDPOINT } from '../../../test/rigs/iommu-rig.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import { EventCounter } from '../event-totals.ts';
import { type RecordHead } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { History } from './history.ts';
import type { Moment } from './moment.ts';
import type { NotKnown } from './not-known.ts';

/** What is counted at the end shall not depend on chance. */
const SEED = 11;

const HEAD: RecordHead = PLAIN_HEAD;

const ANY_DEVICE: PastOptions = { options: {}, reserved: {}, accepts: 0x57n };

/** The same of a moment as the rig asked the device for. */
function told(moment: Moment | NotKnown): DeviceMoment | NotKnown {
  if (!moment.isKnown) return moment;
  return {
    isBypass: moment.isBypass === true,
    endpoints: moment.endpoints.map(({ id, mode, domain, isMaster, reserved }) => ({
      id,
      mode: mode ?? 'blocked',
      domain,
      isMaster: isMaster === true,
      reserved,
    })),
    domains: moment.domains.map((domain) => ({
      ...domain,
      list: moment
        .mappings(domain.id, 0n, 1000)
        .map(({ virtStart, virtEnd, physStart, flags }) => ({
          virtStart,
          virtEnd,
          physStart,
          flags,
        })),
    })),
  };
}

function play(rig: PastRig, steps: readonly PastStep[]): void {
  for (const step of steps) rig.do(step);
  rig.take();
}

/** Bytes of a chunk that is being filled, and of a few events. */
const FEW_BYTES = 32_000;

describe('History', () => {
  it('has every moment as the device was then, wherever it went back to', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps('lose'), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        play(rig, steps);
        for (const [sequence, moment] of rig.moments) {
          expectSame(told(history.at(sequence)), moment);
        }
        expect(history.missing).toBeNull();
      }),
    );
  });

  it('says which moments had to go, and has all others', () => {
    let evicted = 0;
    fc.assert(
      fc.property(pastDevice, pastSteps('lose', 'go-back'), (options, steps) => {
        const rig = new PastRig(options, { maxBytes: FEW_BYTES });
        const history = new History(rig.record);
        play(rig, steps);
        const { firstSequence } = rig.record;
        evicted += rig.record.evicted;
        const gone = { isKnown: false, because: 'gone', before: firstSequence };
        for (const [sequence, moment] of rig.moments) {
          const isGone = sequence < firstSequence - 1;
          expectSame(told(history.at(sequence)), isGone ? gone : moment);
        }
      }),
      { seed: SEED },
    );
    expect(evicted).toBeGreaterThan(1000);
  });

  it('says that a moment is not yet', () => {
    const rig = new PastRig(ANY_DEVICE);
    const history = new History(rig.record);
    const { lastSequence } = rig.record;
    const notYet = { isKnown: false, because: 'not-yet', before: lastSequence + 1 };
    expect(history.at(lastSequence + 1)).toEqual(notYet);
    expect(history.at(lastSequence).isKnown).toBe(true);
  });

  it('claims nothing of events that were lost, until a reset makes all known again', () => {
    let known = 0;
    let unknown = 0;
    fc.assert(
      fc.property(pastDevice, pastSteps(), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        play(rig, steps);
        const { record } = rig;
        let missing: Moment['missing'] = null;
        let isBypassKnown = true;
        let isMasterKnown = true;
        for (let sequence = 1; sequence <= record.lastSequence; sequence += 1) {
          const event = record.event(sequence)?.event;
          const moment = history.at(sequence);
          if (event === undefined) {
            const next = record.chunks.find((chunk) => chunk.firstSequence > sequence);
            missing = { because: 'lost', before: next?.firstSequence ?? 0 };
            isBypassKnown = false;
            isMasterKnown = false;
            expect(moment).toEqual({ isKnown: false, ...missing });
            continue;
          }
          if (event.kind === 'reset') missing = null;
          if (event.kind === 'bypass-changed') isBypassKnown = true;
          if (event.kind === 'master-changed') isMasterKnown = true;
          if (event.kind === 'system-reset' || event.kind === 'power-cycled') {
            missing = null;
            isBypassKnown = true;
            isMasterKnown = true;
          }
          const other = moment.isKnown && moment.endpoint(OTHER_ENDPOINT);
          expect(other !== false && other?.isMaster === null).toBe(!isMasterKnown);
          expectSame(moment.isKnown && moment.missing, missing);
          if (missing === null && isBypassKnown && isMasterKnown) {
            known += 1;
            expectSame(told(moment), rig.moments.get(sequence));
          } else {
            unknown += 1;
            expect(moment.isKnown && moment.isBypass === null).toBe(!isBypassKnown);
          }
        }
      }),
      { seed: SEED },
    );
    expect(Math.min(known, unknown)).toBeGreaterThan(200);
  });

  it('goes on in a chunk that another had followed', () => {
    const recorder = new Recorder();
    const record = new IommuRecord(HEAD);
    const history = new History(record);
    const tell = (...events: readonly IommuEvent[]): void => {
      for (const event of events) recorder.add(event, { timeMs: 0, instructions: 0 });
      for (const batch of recorder.take()) record.append(batch);
    };
    tell({ kind: 'reset', sequence: 1 }, { kind: 'started', features: 0n, sequence: 2 });
    // Event 3 was lost, so a second chunk begins.
    tell({ kind: 'bypass-changed', isBypass: true, sequence: 4 });
    const range = { virtStart: 0n, virtEnd: 0xfffn, physStart: 0n };
    tell(
      { kind: 'attached', endpoint: 8, domain: 0, flags: 0, status: 0, sequence: 3 },
      { kind: 'mapped', domain: 0, ...range, flags: 3, status: 0, sequence: 4 },
    );
    const moment = history.at(4);
    expect(moment.isKnown && moment.count).toBe(1);
  });

  it('is the same for a fork, and for a cut that begins with a keyframe', () => {
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose', 'go-back'),
        fc.boolean(),
        fc.nat(),
        (options, steps, isBounded, choice) => {
          const rig = new PastRig(options, isBounded ? { maxBytes: FEW_BYTES } : {});
          const history = new History(rig.record);
          play(rig, steps);
          const { firstSequence, lastSequence } = rig.record;
          const end = firstSequence + (choice % (lastSequence - firstSequence + 1));
          const cut = history.at(firstSequence - 1);
          const keyframe = cut.isKnown ? cut.keyframe() : undefined;
          const fork = new History(rig.record.fork(end), { keyframe });
          for (let sequence = firstSequence - 1; sequence <= end; sequence += 1) {
            const moment = history.at(sequence);
            expectSame(told(fork.at(sequence)), told(moment));
            const ids = (each: typeof moment): unknown =>
              each.isKnown && each.keyframe().mappings.map(({ born }) => born);
            expectSame(ids(fork.at(sequence)), ids(moment));
          }
          const notYet = { isKnown: false, because: 'not-yet', before: end + 1 };
          expect(fork.at(end + 1)).toEqual(notYet);
        },
      ),
    );
  });

  it('counts what happened in any stretch, and what was mapped at least and at most', () => {
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose'),
        fc.nat(),
        fc.nat(),
        (options, steps, one, other) => {
          const rig = new PastRig(options);
          const history = new History(rig.record);
          play(rig, steps);
          const { lastSequence } = rig.record;
          const from = 1 + (one % lastSequence);
          const to = from + (other % (lastSequence - from + 1));
          const counter = new EventCounter();
          const live: number[] = [];
          for (let sequence = from; sequence <= to; sequence += 1) {
            const event = rig.record.event(sequence)?.event;
            if (event !== undefined) counter.add(event);
            const moment = history.at(sequence);
            if (moment.isKnown) live.push(moment.count);
          }
          const stretch = history.stretch(from, to);
          expect(stretch).toMatchObject({ from, to, totals: counter.totals });
          expect(stretch?.live.least).toBeLessThanOrEqual(Math.min(...live));
          expect(stretch?.live.most).toBeGreaterThanOrEqual(Math.max(...live));
        },
      ),
    );
  });
});
