// Why an access in a domain with mappings was stopped: the mapping there lacks the right, or none is there.

import {
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
} from '../../iommu/protocol/protocol.ts';
import type { StoppedAccess } from './access-words.ts';
import type { Finding } from './explanation.ts';
import { latestMapping, notKnown, type Scene } from './scene.ts';
import { explainUnmapped } from './unmapped-faults.ts';

export function explainInDomain(scene: Scene, access: StoppedAccess, domain: number): Finding {
  const { history, sequence } = scene;
  const there = latestMapping({ history }, domain, access.address, sequence);
  const mapping = there?.isAlive === true ? there.lifetime : undefined;
  const flags = mapping?.flags ?? access.fault.mappedFlags;
  if (flags === null) return explainUnmapped(scene, access, { domain, last: there?.lifetime });
  const where =
    mapping === undefined
      ? `what is mapped there in domain ${domain}`
      : `${scene.words.mapping(mapping)} in domain ${domain}`;
  const evidence = [mapping?.born ?? null];
  const isReadable = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0;
  const isWritable = (flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0;
  if (!isReadable && !isWritable) {
    const sentence = `${access.words}, but ${where} gives no right at all.`;
    return { cause: 'no-rights', sentence, evidence };
  }
  if (access.isWrite && !isWritable) {
    const sentence = `${access.words}, but ${where} is read-only.`;
    return { cause: 'read-only', sentence, evidence };
  }
  if (access.isRead && !isReadable) {
    const sentence = `${access.words}, but ${where} is write-only.`;
    return { cause: 'write-only', sentence, evidence };
  }
  return notKnown(
    `${access.words}; ${where} allows that, and why it was stopped all the same is not in the record.`,
    evidence,
  );
}
