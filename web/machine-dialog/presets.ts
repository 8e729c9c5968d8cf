// Machines to begin with. Each is the usual one but for what it is there to show.

import type { MachinePlan, PlanChoices } from '../../src/machine/plan/machine-plan.ts';
import { readPlan } from '../../src/machine/plan/plan-check.ts';

export interface Preset {
  readonly name: string;
  readonly line: string;
  readonly choices: PlanChoices;
}

const KIB_64 = 0x1_0000;

export const PRESETS: readonly Preset[] = [
  {
    name: 'As Linux sets it up',
    line: 'Every device has a domain of its own, which is shut again as soon as its work is done.',
    choices: {},
  },
  {
    name: 'Lazy unmapping',
    line: 'Faster: Linux unmaps in batches, and for a moment devices reach what it has taken back.',
    choices: { append: 'iommu.strict=0' },
  },
  {
    name: 'Bypass',
    line: 'There is an IOMMU, and Linux tells it to let everything through.',
    choices: { iommu: { mode: 'bypass' } },
  },
  {
    name: 'No IOMMU',
    line: 'The baseline of every comparison: devices reach all memory.',
    choices: { iommu: { mode: 'off' } },
  },
  {
    name: 'Boot bypass off',
    line: 'Before its driver is there, a device reaches nothing at all.',
    choices: { iommu: { bootBypass: false } },
  },
  {
    name: 'The lab',
    line: 'With edu, a PCI device to write drivers for: nobody drives it, until you do.',
    choices: { endpoints: { edu: true } },
  },
  {
    name: 'Two page sizes',
    line: 'Pages of 4 KiB and 2 MiB: Linux cuts what it maps where a large page would begin.',
    choices: { iommu: { pageSizeMask: '0x201000' } },
  },
  {
    name: 'A small IOVA space',
    line: 'IOVAs of 28 bits: see all mappings of a device crowd into 256 MiB.',
    choices: { iommu: { inputRange: { start: '0x0', end: '0xfffffff' } } },
  },
  {
    name: 'The bare minimum',
    line: 'The feature map-unmap alone: no ranges, no PROBE, no bypass.',
    choices: { iommu: { features: ['map-unmap'] } },
  },
  {
    name: 'Reserved regions',
    line: 'The disk keeps 16 MiB of IOVAs to itself: see Linux map around them.',
    choices: {
      reservedRegions: {
        'virtio-blk': [{ kind: 'reserved', start: '0xff000000', end: '0xffffffff' }],
      },
    },
  },
  {
    name: '2018 draft',
    line: 'The wire format v0.9, which the first driver in Linux spoke, and which today’s still drives.',
    choices: { iommu: { dialect: 'v0.9' } },
  },
  {
    name: '2017 draft with reserved regions',
    line: 'For a kernel of your own with a driver of 2017: wire format v0.5, an identity region of firmware’s. This PC’s own Linux does not reach its prompt with it.',
    choices: {
      iommu: { dialect: 'v0.5', identityPolicy: 'per-endpoint' },
      tables: 'viot+iort',
      reservedRegions: {
        'virtio-net': [
          { kind: 'identity', start: 0x10_0000, end: 0x10_0000 + KIB_64 - 1, flags: 3 },
        ],
      },
    },
  },
];

/** The preset's machine with the user's files of another. */
export function presetPlan({ choices }: Preset, files: MachinePlan): MachinePlan {
  const { images, share } = files;
  return readPlan({ ...choices, images, share });
}

/** The preset that a plan is, files apart; undefined for one of a person's own. */
export function presetOf(plan: MachinePlan): Preset | undefined {
  const text = JSON.stringify(plan);
  return PRESETS.find((preset) => JSON.stringify(presetPlan(preset, plan)) === text);
}
