import { describe, expect, it } from 'vitest';
import { InputError } from '../machine/images/guest-images.ts';
import { readPlan } from '../machine/plan/plan-check.ts';
import { planChoices, type GuestSessionOptions } from './session-options.ts';

describe('planChoices', () => {
  it('are those of a plan, with the shorthands on top', () => {
    const plan = readPlan(
      planChoices({
        plan: { memoryMiB: 256, append: 'a', seed: 5, iommu: { mode: 'off', probeSize: 64 } },
        append: 'b',
        iommu: 'bypass',
        bootBypass: false,
        iommuOptions: { pageSizeMask: 0x3000n },
        reservedRegions: { rogue: [{ kind: 'reserved', start: 0n, end: 0x1fffn }] },
        clock: 'host',
      }),
    );
    expect(plan).toMatchObject({ memoryMiB: 256, append: 'b', seed: 5, clock: 'host' });
    expect(plan.iommu).toMatchObject({
      mode: 'bypass',
      probeSize: 64,
      bootBypass: false,
      pageSizeMask: '0x3000',
    });
    expect(plan.reservedRegions).toEqual({
      rogue: [{ kind: 'reserved', start: '0x0', end: '0x1fff' }],
    });
  });

  it.each(['{"plan":null}', '{"plan":{"memory":1}}', '{"reservedRegions":{"rogue":{}}}'])(
    'refuse %s as a program without types may give it',
    (text) => {
      const options: GuestSessionOptions = JSON.parse(text);
      expect(() => readPlan(planChoices(options))).toThrow(InputError);
    },
  );
});
