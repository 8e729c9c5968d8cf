// What the project's Linux makes of a plan that is right and yet not what somebody may expect, to be said before the boot.

import { PROJECTS_OWN, type MachinePlan } from './machine-plan.ts';
import type { PlanProblem } from './plan-problem.ts';

/** A sentence about a field that hinders nothing. */
export type PlanNote = Pick<PlanProblem, 'path' | 'words'>;

/** Linux on 32-bit x86: PAGE_SIZE. */
const PAGE_BYTES = 0x1000n;

/** Nothing for a machine without an IOMMU. */
export function linuxNotes({ iommu, tables, images }: MachinePlan): readonly PlanNote[] {
  if (iommu.mode === 'off') return [];
  const notes: PlanNote[] = [];
  // viommu_probe: a device without it is refused
  if (!iommu.features.includes('map-unmap')) {
    notes.push({
      path: 'iommu.features',
      words: 'Linux drives no IOMMU without map-unmap: DMA will go past this one.',
    });
  }
  // viommu_domain_finalise: a granule larger than the system's page is refused
  const mask = BigInt(iommu.pageSizeMask);
  if ((mask & -mask) > PAGE_BYTES) {
    notes.push({
      path: 'iommu.pageSizeMask',
      words:
        'Linux on this PC has pages of 4 KiB and drives no IOMMU whose smallest page is larger: DMA will go past it. Set the bit 0x1000.',
    });
  }
  if (tables === 'iort') {
    notes.push({
      path: 'tables',
      words: 'Linux looks for its IOMMU in a VIOT: with an IORT alone, DMA will go past it.',
    });
  }
  const isProjects = images.kernel === PROJECTS_OWN;
  if (isProjects && (iommu.dialect === 'v0.4' || iommu.dialect === 'v0.5')) {
    notes.push({
      path: 'iommu.dialect',
      words:
        'The driver of this Linux does not speak it: its DMA is stopped, and it will not reach its prompt. It is for a kernel of your own.',
    });
  }
  return notes;
}
