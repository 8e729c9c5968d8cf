// Why the device refused a request: the very check that did, found by making them again on the state that it met.

import type { NumberedRequest } from '../../iommu/events/iommu-event.ts';
import {
  TAIL_SIZE,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_S_OK,
  VIRTIO_IOMMU_T_ATTACH,
  VIRTIO_IOMMU_T_PROBE,
} from '../../iommu/protocol/protocol.ts';
import { attachChecks, detachChecks, probeChecks } from './attach-refusals.ts';
import type { Finding } from './explanation.ts';
import { mapChecks, unmapChecks } from './map-refusals.ts';
import { statusName } from '../../iommu/protocol/status-names.ts';
import { firstWrong, framing, refused, type Check } from './request-words.ts';
import { notKnownFor, notKnown, type Scene } from './scene.ts';

type NumberedIgnored = Extract<NumberedRequest, { readonly kind: 'ignored' }>;

/** Whether a request was answered with anything else than OK. */
export function isRefused(event: NumberedRequest): boolean {
  return event.status !== VIRTIO_IOMMU_S_OK;
}

export function explainRefusal(scene: Scene, event: NumberedRequest): Finding {
  if (event.kind === 'ignored') return explainIgnored(scene, event);
  const found = firstWrong(checksOf(scene, event), event.status);
  if (found !== undefined) return found;
  const { missing } = scene.moment;
  const hasBytes = scene.record.request(event.sequence) !== undefined;
  const why = missing === null || !hasBytes ? 'not in the record' : notKnownFor(missing);
  return notKnown(
    `${refused(scene, event)} with ${statusName(event.status)}, and what the device did not like is ${why}.`,
  );
}

function checksOf(
  scene: Scene,
  event: Exclude<NumberedRequest, { readonly kind: 'ignored' }>,
): readonly Check[] {
  switch (event.kind) {
    case 'attached':
      return attachChecks(scene, event);
    case 'detached':
      return detachChecks(scene, event);
    case 'mapped':
      return mapChecks(scene, event);
    case 'unmapped':
      return unmapChecks(scene, event);
    case 'probed':
      return probeChecks(scene, event);
  }
}

function explainIgnored({ moment, record }: Scene, event: NumberedIgnored): Finding {
  const framed = framing(record, event.sequence);
  const { type, status, readableBytes, writableBytes } = event;
  const isKnown = type >= VIRTIO_IOMMU_T_ATTACH && type <= VIRTIO_IOMMU_T_PROBE;
  if (!isKnown) {
    return {
      cause: 'unknown-type',
      sentence: `A request of ${readableBytes} bytes${framed} came back unwritten: there is no request of type ${type}.`,
      evidence: [],
    };
  }
  if (status !== null) {
    return {
      cause: 'too-short',
      sentence: `A request of type ${type}${framed} was refused: its ${readableBytes} bytes are too few for that type.`,
      evidence: [],
    };
  }
  if (writableBytes < TAIL_SIZE && !isUnnegotiatedProbe(moment.features, type)) {
    return {
      cause: 'no-room-for-tail',
      sentence: `A request of type ${type}${framed} came back unwritten: its status needs ${TAIL_SIZE} writable bytes, and it has ${writableBytes}.`,
      evidence: [],
    };
  }
  return {
    cause: 'probe-not-negotiated',
    sentence: `A PROBE came back unwritten: the driver did not accept that feature.`,
    evidence: [],
  };
}

function isUnnegotiatedProbe(features: bigint | null, type: number): boolean {
  return (
    type === VIRTIO_IOMMU_T_PROBE && features !== null && (features & VIRTIO_IOMMU_F_PROBE) === 0n
  );
}
