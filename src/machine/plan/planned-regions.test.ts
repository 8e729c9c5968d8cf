import { describe, expect, it } from 'vitest';
import { X86_MSI_REGION } from '../../iommu/regions/reserved-regions.ts';
import { InputError } from '../images/guest-images.ts';
import { readPlan } from './plan-check.ts';
import { endpointRegions } from './planned-regions.ts';
import { BLOCK_ENDPOINT } from './topology.ts';

const FIRMWARE = { kind: 'identity', start: 0x10_0000n, end: 0x10_ffffn, flags: 3 } as const;
const OTHER_DOORBELL = { kind: 'msi', start: 0x800_0000n, end: 0x80f_ffffn } as const;

describe('[C16] endpointRegions', () => {
  it('are the doorbell of the guest’s local APIC when nothing is chosen', () => {
    expect(endpointRegions(readPlan({}), 'rogue')).toEqual([X86_MSI_REGION]);
    expect(
      endpointRegions(readPlan({ reservedRegions: { [BLOCK_ENDPOINT]: [FIRMWARE] } }), 'rogue'),
    ).toEqual([X86_MSI_REGION]);
  });

  it('come beside it', () => {
    const plan = readPlan({ reservedRegions: { [BLOCK_ENDPOINT]: [FIRMWARE] } });

    expect(endpointRegions(plan, 'virtio-blk')).toEqual([X86_MSI_REGION, FIRMWARE]);
  });

  it('replace it with another doorbell', () => {
    const plan = readPlan({ reservedRegions: { 'virtio-blk': [OTHER_DOORBELL, FIRMWARE] } });

    expect(endpointRegions(plan, 'virtio-blk')).toEqual([OTHER_DOORBELL, FIRMWARE]);
  });

  it('of an endpoint by name and by ID are one list', () => {
    const plan = readPlan({
      reservedRegions: { 'virtio-blk': [FIRMWARE], '0x1001': [OTHER_DOORBELL] },
    });

    expect(plan.reservedRegions['virtio-blk']?.map(({ kind }) => kind).toSorted()).toEqual([
      'identity',
      'msi',
    ]);
  });
});

describe('regions of a plan', () => {
  it.each([
    [{ 7: [FIRMWARE] }, 'endpoint 7, which this machine does not have. It has 80 (virtio-net)'],
    [{ rogue: FIRMWARE }, 'reservedRegions.rogue must be a list'],
    [{ rogue: [{ ...FIRMWARE, kind: 'identiy' }] }, 'Did you mean identity?'],
    [{ rogue: [{ ...FIRMWARE, flags: 4 }] }, 'flags must be a whole number from 1 to 3, not 4'],
    [{ rogue: [{ ...OTHER_DOORBELL, flags: 3 }] }, 'this one is msi. Leave them out.'],
    [{ rogue: [{ ...FIRMWARE, start: FIRMWARE.end + 1n }] }, 'ends before it starts'],
    [{ rogue: [OTHER_DOORBELL, { ...OTHER_DOORBELL, start: 0n, end: 0xfffn }] }, 'one MSI region'],
    [
      { rogue: [{ ...FIRMWARE, start: 0x10_0001n }] },
      'The identity region 0x100001-0x10ffff of rogue cuts a page of 4096 bytes. Give whole pages: 0x100000-0x10ffff.',
    ],
    [{ rogue: [{ ...FIRMWARE, end: 0x11_0000n }] }, 'whole pages: 0x100000-0x110fff'],
  ])('are refused in words, case %#', (reservedRegions, message) => {
    expect(() => readPlan({ reservedRegions })).toThrow(InputError);
    expect(() => readPlan({ reservedRegions })).toThrow(message);
  });

  it('may end with the last page that there is', () => {
    const last = { kind: 'reserved', start: 0xffff_ffff_ffff_f000n, end: 0xffff_ffff_ffff_ffffn };
    expect(readPlan({ reservedRegions: { rogue: [last] } }).reservedRegions.rogue).toEqual([
      { kind: 'reserved', start: '0xfffffffffffff000', end: '0xffffffffffffffff' },
    ]);
  });

  it('are measured in the pages of the device', () => {
    const reservedRegions = { rogue: [FIRMWARE] };

    expect(() => readPlan({ reservedRegions, iommu: { pageSizeMask: 0x10000n } })).not.toThrow();
    expect(() => readPlan({ reservedRegions, iommu: { pageSizeMask: 0x20000n } })).toThrow(
      'cuts a page of 131072 bytes. Give whole pages: 0x100000-0x11ffff.',
    );
  });
});
