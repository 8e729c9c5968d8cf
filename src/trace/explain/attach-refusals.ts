// Why an ATTACH, DETACH or PROBE was refused, check by check in the order of the device (virtio 1.2, 5.13.6.3 to .7).

import { combineRegions, hasOpenCell } from '../../iommu/regions/combination-table.ts';
import type { RequestEvent } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_DOMAIN_RANGE,
  VIRTIO_IOMMU_S_DEVERR,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../iommu/protocol/protocol.ts';
import { isInsideIdentity } from '../../iommu/domains/compatibility.ts';
import type { MomentDomain } from '../replay/moment.ts';
import { latestAttach, latestInto, turnBefore } from './attachments.ts';
import { unknownEndpoint } from './domain-checks.ts';
import type { Finding } from './explanation.ts';
import { hasReservedBytes, refused, type Check } from './request-words.ts';
import { deviceOf, firstMapping, type Scene } from './scene.ts';
import { hex, rangeInWords } from './words.ts';

type Attach = Extract<RequestEvent, { readonly kind: 'attached' }>;
type Detach = Extract<RequestEvent, { readonly kind: 'detached' }>;
type Probe = Extract<RequestEvent, { readonly kind: 'probed' }>;

export function attachChecks(scene: Scene, event: Attach): readonly Check[] {
  const { moment, record, sequence } = scene;
  const what = refused(scene, event);
  const domain = moment.domain(event.domain);
  return [
    {
      status: [VIRTIO_IOMMU_S_INVAL],
      find: () =>
        hasReservedBytes(record, sequence)
          ? {
              cause: 'attach-reserved-bytes',
              sentence: `${what}: its reserved bytes are not zero.`,
              evidence: [],
            }
          : undefined,
    },
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => unknownFlags(scene, event, what) },
    unknownEndpoint(scene, event.endpoint, what),
    { status: [VIRTIO_IOMMU_S_RANGE], find: () => outOfRange(scene, event, what) },
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => otherKind(scene, event, domain, what) },
    { status: [VIRTIO_IOMMU_S_UNSUPP], find: () => openIdentity(scene, event, domain, what) },
    { status: [VIRTIO_IOMMU_S_UNSUPP], find: () => mappingInRegion(scene, event, domain, what) },
    {
      status: [VIRTIO_IOMMU_S_NOMEM, VIRTIO_IOMMU_S_DEVERR],
      find: () => tooManyDomains(scene, what),
    },
  ];
}

export function detachChecks(scene: Scene, event: Detach): readonly Check[] {
  const { record, sequence } = scene;
  const what = refused(scene, event);
  return [
    {
      status: [VIRTIO_IOMMU_S_INVAL],
      find: () =>
        hasReservedBytes(record, sequence)
          ? {
              cause: 'detach-reserved-bytes',
              sentence: `${what}: its reserved bytes are not zero.`,
              evidence: [],
            }
          : undefined,
    },
    unknownEndpoint(scene, event.endpoint, what),
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => notThere(scene, event, what) },
  ];
}

export function probeChecks(scene: Scene, event: Probe): readonly Check[] {
  const { record, sequence } = scene;
  const what = refused(scene, event);
  return [
    {
      status: [VIRTIO_IOMMU_S_INVAL],
      find: () => {
        const request = record.request(sequence);
        const room = request?.writableLength;
        const count = request?.writableDescriptors ?? 0;
        const framed =
          count === 0 ? '' : ` in ${count === 1 ? '1 descriptor' : `${count} descriptors`}`;
        const size = deviceOf(scene)?.probeSize;
        const there = room === undefined ? '' : `: its writable part has ${room} bytes${framed}`;
        const needed =
          size === undefined ? '' : `, and ${size} bytes of properties and 4 of tail are needed`;
        const sentence = `${what}${there}${needed}.`;
        return { cause: 'no-probe-room', sentence, evidence: [] };
      },
    },
    unknownEndpoint(scene, event.endpoint, what),
  ];
}

function unknownFlags(scene: Scene, event: Attach, what: string): Finding | undefined {
  const { features } = scene.moment;
  const others = (event.flags & ~VIRTIO_IOMMU_ATTACH_F_BYPASS) >>> 0;
  if (others !== 0) {
    const sentence = `${what}: it has unknown flags, ${hex(others)}.`;
    return { cause: 'attach-unknown-flags', sentence, evidence: [] };
  }
  const isUnknown =
    event.flags !== 0 && features !== null && (features & VIRTIO_IOMMU_F_BYPASS_CONFIG) === 0n;
  return isUnknown
    ? {
        cause: 'attach-bypass-not-negotiated',
        sentence: `${what}: it asks for a bypass domain, and the driver did not accept BYPASS_CONFIG.`,
        evidence: [],
      }
    : undefined;
}

function outOfRange(scene: Scene, { domain }: Attach, what: string): Finding | undefined {
  const device = deviceOf(scene);
  if (device === null || (device.features & VIRTIO_IOMMU_F_DOMAIN_RANGE) === 0n) return undefined;
  const { start, end } = device.domainRange;
  return domain >= start && domain <= end
    ? undefined
    : {
        cause: 'domain-out-of-range',
        sentence: `${what}: domains go from ${start} to ${end}.`,
        evidence: [],
      };
}

function otherKind(
  scene: Scene,
  event: Attach,
  domain: MomentDomain | undefined,
  what: string,
): Finding | undefined {
  const isBypass = (event.flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
  if (domain === undefined || domain.isBypass === isBypass) return undefined;
  const into = latestInto(scene.record, domain.id, scene.sequence);
  const [is, asked] = isBypass
    ? ['has mappings', 'a bypass domain']
    : ['is a bypass domain', 'one with mappings'];
  const by = into === null ? '' : ` (ATTACH #${into})`;
  return {
    cause: 'domain-kind',
    sentence: `${what}: the domain ${is}${by}, and the request asks for ${asked}.`,
    evidence: [into],
  };
}

function openIdentity(
  scene: Scene,
  event: Attach,
  domain: MomentDomain | undefined,
  what: string,
): Finding | undefined {
  if (deviceOf(scene)?.identityPolicy !== 'reject' || domain === undefined) return undefined;
  const { moment, record, words, sequence } = scene;
  const own = moment.endpoint(event.endpoint)?.reserved ?? [];
  const other = domain.endpoints.find((id) =>
    hasOpenCell(moment.endpoint(id)?.reserved ?? [], own),
  );
  if (other === undefined) return undefined;
  return {
    cause: 'incompatible-identity',
    sentence: `${what}: it and ${words.endpoint(other)}, which is there, would come to share an identity region that only one of them has.`,
    evidence: [latestAttach(record, other, sequence)],
  };
}

function mappingInRegion(
  scene: Scene,
  event: Attach,
  domain: MomentDomain | undefined,
  what: string,
): Finding | undefined {
  if (domain === undefined || domain.isBypass) return undefined;
  const own = scene.moment.endpoint(event.endpoint)?.reserved ?? [];
  const isShared = deviceOf(scene)?.identityPolicy !== 'per-endpoint';
  const after = isShared ? combineRegions(domain.reserved, own) : domain.reserved;
  for (const region of own) {
    let next: bigint = region.start;
    for (;;) {
      const mapping = firstMapping(scene, domain.id, { start: next, end: region.end });
      if (mapping === undefined) break;
      if (!isInsideIdentity(mapping, after)) {
        return {
          cause: 'mapping-in-region',
          sentence: `${what}: ${scene.words.mapping(mapping)} lies in its ${region.kind} region, ${rangeInWords(region)}.`,
          evidence: [mapping.born],
        };
      }
      next = mapping.virtEnd + 1n;
    }
  }
  return undefined;
}

function tooManyDomains({ moment, record, sequence }: Scene, what: string): Finding {
  const domains = moment.domains.filter(({ isBypass }) => !isBypass);
  const attaches = domains
    .flatMap(({ endpoints }) => endpoints.map((id) => latestAttach(record, id, sequence)))
    .filter((each) => each !== null);
  const limit = record.head.device?.limits?.maxDomains;
  const room =
    limit === undefined
      ? `the device has no room for another domain with mappings; it has ${domains.length}`
      : `the device has room for ${limit} domains with mappings, and has ${domains.length}`;
  const latest = Math.max(...attaches);
  const last = attaches.length === 0 ? '' : `, the latest of them entered by ATTACH #${latest}`;
  return {
    cause: 'too-many-domains',
    sentence: `${what}: ${room}${last}.`,
    evidence: attaches.length === 0 ? [] : [latest],
  };
}

function notThere(scene: Scene, event: Detach, what: string): Finding {
  const { record, words, moment, sequence } = scene;
  const turn = turnBefore(record, event.endpoint, sequence);
  const by = 'sequence' in turn ? turn.sequence : null;
  const domain = moment.endpoint(event.endpoint)?.domain ?? null;
  const since = by === null ? '' : ` since ${words.event(by)}`;
  const where = domain === null ? 'in no domain' : `in domain ${domain}`;
  return {
    cause: 'not-attached-there',
    sentence: `${what}: the endpoint is ${where}${since}.`,
    evidence: [by],
  };
}
