import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig, type DeviceMoment } from '../../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { History } from './history.ts';
import type { Moment } from './moment.ts';
import type { NotKnown } from './not-known.ts';

/** The same of a moment as the rig asked the device for. */
function told(moment: Moment | NotKnown): DeviceMoment | NotKnown {
  if (!moment.isKnown) return moment;
  return {
    isBypass: moment.isBypass === true,
    endpoints: moment.endpoints.map(({ id, mode, domain, reserved }) => ({
      id,
      mode: mode ?? 'blocked',
      domain,
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

describe('History', () => {
  it('has every moment as the device was then', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps, (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        for (const step of steps) rig.do(step);
        rig.take();
        for (const [sequence, moment] of rig.moments) {
          expect(told(history.at(sequence))).toEqual(moment);
        }
      }),
    );
  });
});
