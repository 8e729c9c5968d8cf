// Why the device stopped an access (virtio 1.2, 5.13.6.9).

import { VIRTIO_IOMMU_FAULT_R_DOMAIN } from '../../iommu/protocol/protocol.ts';
import type { FaultEvent } from '../../iommu/events/iommu-event.ts';
import { stoppedAccess } from './access-words.ts';
import type { Finding } from './explanation.ts';
import { explainInDomain } from './mapping-faults.ts';
import { explainRegion } from './region-faults.ts';
import { notKnown, type Scene } from './scene.ts';
import { explainUnattached } from './unattached-faults.ts';

export function explainFault(scene: Scene, fault: FaultEvent): Finding {
  const access = stoppedAccess(scene, fault);
  if (fault.reason === VIRTIO_IOMMU_FAULT_R_DOMAIN) return explainUnattached(scene, access);
  if (access.isWrapping && access.address === 0n) {
    return {
      cause: 'beyond-last-address',
      sentence: `${access.words}, which runs past the last address there is.`,
      evidence: [],
    };
  }
  const region = explainRegion(scene, access);
  if (region !== undefined) return region;
  const endpoint = scene.moment.endpoint(fault.endpoint);
  const domain = fault.domain ?? endpoint?.domain ?? null;
  if (domain !== null) return explainInDomain(scene, access, domain);
  // QEMU reports an endpoint that was never attached with VIRTIO_IOMMU_FAULT_R_UNKNOWN
  if (endpoint?.mode === 'blocked') return explainUnattached(scene, access);
  return notKnown(
    `${access.words}; which domain it is in, and so why it was stopped, is not in the record.`,
  );
}
