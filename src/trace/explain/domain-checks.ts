// Checks that several requests share: is there such a domain, and what kind is it?

import { VIRTIO_IOMMU_S_INVAL, VIRTIO_IOMMU_S_NOENT } from '../../iommu/protocol/protocol.ts';
import type { MomentDomain } from '../replay/moment.ts';
import { latestInto, RESETS } from './attachments.ts';
import type { Finding } from './explanation.ts';
import { isAccepted, isKind, latestBefore, nextAfter } from './past-events.ts';
import type { Check } from './request-words.ts';
import { notKnownFor, type Scene } from './scene.ts';

export function unknownEndpoint({ words }: Scene, endpoint: number, refused: string): Check {
  return {
    status: [VIRTIO_IOMMU_S_NOENT],
    find: () => ({
      cause: 'unknown-endpoint',
      sentence: `${refused}: there is no ${words.endpoint(endpoint)}.`,
      evidence: [],
    }),
  };
}

export function unknownDomain(scene: Scene, domain: number, refused: string): Check {
  return {
    status: [VIRTIO_IOMMU_S_NOENT],
    find: () => {
      const { sentence, evidence } = endOfDomain(scene, domain);
      const cause = 'unknown-domain';
      return {
        cause,
        sentence: `${refused}: there is no domain ${domain}; ${sentence}.`,
        evidence,
      };
    },
  };
}

export function bypassDomain(
  scene: Scene,
  domain: MomentDomain | undefined,
  refused: string,
): Check {
  return {
    status: [VIRTIO_IOMMU_S_INVAL],
    find: () => {
      if (domain?.isBypass !== true) return undefined;
      const into = latestInto(scene.record, domain.id, scene.sequence);
      const by = into === null ? '' : ` (ATTACH #${into})`;
      return {
        cause: 'bypass-domain',
        sentence: `${refused}: domain ${domain.id} is a bypass domain${by}, and such a domain has no mappings.`,
        evidence: [into],
      };
    },
  };
}

/** Why a domain that a request names is not there. */
function endOfDomain(scene: Scene, domain: number): Pick<Finding, 'sentence' | 'evidence'> {
  const { record, history, words, sequence } = scene;
  const search = latestBefore(record, sequence, ['attached', ...RESETS], (columns, at) => {
    if (!isKind(columns, at, 'attached')) return true;
    return columns.domain[at] === domain && isAccepted(record, columns, at);
  });
  if (search.kind === 'missing') {
    return { sentence: `whether there was one is ${notKnownFor(search)}`, evidence: [] };
  }
  if (search.kind === 'none') {
    return { sentence: 'no endpoint was ever attached to it', evidence: [] };
  }
  const from = search.sequence;
  if (record.event(from)?.event.kind !== 'attached') {
    const since = words.event(from);
    return {
      sentence: `no endpoint has been attached to it since ${since}`,
      evidence: [from],
    };
  }
  const moment = history.at(from);
  const members = new Set(moment.isKnown ? moment.domain(domain)?.endpoints : []);
  const end = nextAfter(record, from, sequence - from, ['attached', 'detached'], (columns, at) => {
    if (isAccepted(record, columns, at)) members.delete(columns.endpoint[at] ?? 0);
    return members.size === 0;
  });
  if (end === undefined) return { sentence: 'how it ended is not in the record', evidence: [] };
  return {
    sentence: `its last endpoint left with ${words.event(end)}, ${words.distance(end, sequence)} earlier`,
    evidence: [from, end],
  };
}
