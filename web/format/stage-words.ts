// The stages of a start in words.

import type { BootStage } from '../../src/worker/api/power.ts';

export const STAGE_NAMES: Readonly<Record<BootStage, string>> = {
  download: 'Download',
  verify: 'Verify',
  firmware: 'Firmware',
  kernel: 'Linux',
  iommu: 'IOMMU',
  userspace: 'User space',
  ready: 'Ready',
};

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(STAGE_NAMES));

/** The name of a stage that a record has a mark of. */
export function stageName(stage: string): string {
  return NAMES.get(stage) ?? stage;
}
