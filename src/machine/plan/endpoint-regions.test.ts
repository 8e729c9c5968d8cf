import { describe, expect, it } from 'vitest';
import { X86_MSI_REGION } from '../../iommu/regions/reserved-regions.ts';
import { checkRegionOwners, endpointRegions } from './endpoint-regions.ts';
import { InputError } from '../images/guest-images.ts';
import { BLOCK_ENDPOINT, ROGUE_ENDPOINT } from './topology.ts';

const FIRMWARE = { kind: 'identity', start: 0x10_0000n, end: 0x10_ffffn, flags: 3 } as const;
const OTHER_DOORBELL = { kind: 'msi', start: 0x800_0000n, end: 0x80f_ffffn } as const;

describe('[C16] endpointRegions', () => {
  it('are the doorbell of the guest’s local APIC when nothing is chosen', () => {
    expect(endpointRegions({}, ROGUE_ENDPOINT)).toEqual([X86_MSI_REGION]);
    expect(endpointRegions({ [BLOCK_ENDPOINT]: [FIRMWARE] }, ROGUE_ENDPOINT)).toEqual([
      X86_MSI_REGION,
    ]);
  });

  it('come beside it', () => {
    expect(endpointRegions({ [BLOCK_ENDPOINT]: [FIRMWARE] }, BLOCK_ENDPOINT)).toEqual([
      X86_MSI_REGION,
      FIRMWARE,
    ]);
  });

  it('replace it with another doorbell', () => {
    const choices = { [BLOCK_ENDPOINT]: [OTHER_DOORBELL, FIRMWARE] };

    expect(endpointRegions(choices, BLOCK_ENDPOINT)).toEqual([OTHER_DOORBELL, FIRMWARE]);
  });
});

describe('checkRegionOwners', () => {
  it('accepts endpoints of the machine only', () => {
    expect(() => checkRegionOwners({ [BLOCK_ENDPOINT]: [FIRMWARE] })).not.toThrow();
    expect(() => checkRegionOwners({ 7: [FIRMWARE] })).toThrow(InputError);
  });
});
