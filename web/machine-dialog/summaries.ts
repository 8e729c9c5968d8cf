// What is in a folded group, in a few words.

import type { MachinePlan } from '../../src/machine/plan/machine-plan.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { ENDPOINT_NAMES } from '../../src/machine/plan/topology.ts';
import type { GroupName } from './fields.ts';

const SUMMARIES: Readonly<Record<GroupName, (plan: MachinePlan) => string>> = {
  guest: ({ images, memoryMiB }) =>
    `${own(images.kernel)} kernel, ${own(images.initrd)} initrd, ${memoryMiB} MiB`,
  iommu: ({ iommu }) => iommu.mode,
  files: ({ images, share }) =>
    images.disk === 'project' && share === 'project'
      ? 'the project’s'
      : `${own(images.disk)} disk, ${own(share)} files`,
  devices: ({ endpoints }) => {
    const usual = DEFAULT_PLAN.endpoints;
    const changed = ENDPOINT_NAMES.filter((name) => endpoints[name] !== usual[name]);
    const [off, on] = [
      changed.filter((name) => !endpoints[name]),
      changed.filter((name) => endpoints[name]),
    ];
    const words = [
      ...(off.length === 0 ? [] : [`without ${off.join(', ')}`]),
      ...(on.length === 0 ? [] : [`with ${on.join(', ')}`]),
    ];
    return words.length === 0 ? 'as usual' : words.join('; ');
  },
  offer: ({ iommu, tables }) => {
    const usual = isSame(
      { ...iommu, mode: '', bootBypass: '', identityPolicy: '', tables },
      {
        ...DEFAULT_PLAN.iommu,
        mode: '',
        bootBypass: '',
        identityPolicy: '',
        tables: DEFAULT_PLAN.tables,
      },
    );
    return usual ? 'as usual' : `changed; protocol ${iommu.dialect}`;
  },
  regions: ({ reservedRegions }) => {
    const count = Object.values(reservedRegions).reduce((sum, { length }) => sum + length, 0);
    return count === 0 ? 'none but the MSI window' : `${count} more than the MSI window`;
  },
  rest: ({ images, clock, seed, date }) => {
    const { bios, vgaBios } = images;
    const usual = DEFAULT_PLAN;
    const isUsual = isSame(
      [bios, vgaBios, clock, seed, date],
      [usual.images.bios, usual.images.vgaBios, usual.clock, usual.seed, usual.date],
    );
    return isUsual ? 'as usual' : 'changed';
  },
  json: () => 'show, copy, paste',
};

function own(checksum: string | object): string {
  return checksum === 'project' ? 'the project’s' : 'your';
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Empty while the plan is not right. */
export function summaryOf(name: GroupName, plan: MachinePlan | null): string {
  return plan === null && name !== 'json' ? '' : SUMMARIES[name](plan ?? DEFAULT_PLAN);
}
