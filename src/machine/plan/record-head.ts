// What the record of a planned machine is of.

import { DEFAULT_STORE_LIMITS } from '../../iommu/store/store-limits.ts';
import { ALL_FACTS, type RecordHead } from '../../trace/record/head.ts';
import type { MachinePlan } from './machine-plan.ts';
import { iommuOptionsOf } from './planned-iommu.ts';
import { endpointRegions } from './planned-regions.ts';
import { pluggedEndpoints } from './topology.ts';

const MIB = 1 << 20;

/** The head of the record of a machine with this plan. */
export function recordHeadOf(plan: MachinePlan): RecordHead {
  const { features, pageSizeMask, inputRange, domainRange, probeSize, ...options } =
    iommuOptionsOf(plan);
  const { maxDomains, maxMappings } = DEFAULT_STORE_LIMITS;
  return {
    source: 'viommu',
    endpoints: pluggedEndpoints(plan).map(({ id, name }) => ({
      id,
      name,
      reserved: endpointRegions(plan, name),
      // PCI 3.0, 6.2.2: off until its driver switches it on. Without an IOMMU nobody tells of that.
      ...(name === 'edu' && plan.iommu.mode !== 'off' ? { isMaster: false } : {}),
    })),
    device:
      plan.iommu.mode === 'off'
        ? null
        : {
            features,
            pageSizeMask,
            inputRange,
            domainRange,
            probeSize,
            isBootBypass: options.bootBypass,
            identityPolicy: options.identityPolicy,
            dialect: options.dialect,
            limits: { maxDomains, maxMappings },
          },
    memoryBytes: plan.memoryMiB * MIB,
    kernel: plan.images.kernel,
    facts: ALL_FACTS,
  };
}
