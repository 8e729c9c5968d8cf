// Accesses that a reserved region stopped (virtio 1.2, 5.13.6.8, and the identity regions of the 2017 draft).

import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import type { MomentEndpoint } from '../replay/moment.ts';
import { latestAttach, latestProbe } from './attachments.ts';
import type { StoppedAccess } from './access-words.ts';
import type { Finding } from './explanation.ts';
import { deviceOf, type Scene } from './scene.ts';
import { rangeInWords, sizeInWords } from './words.ts';

interface OwnedRegion {
  readonly owner: MomentEndpoint;
  readonly region: ReservedRegion;
}

/** Undefined when no region decided about the access. */
export function explainRegion(scene: Scene, access: StoppedAccess): Finding | undefined {
  const { fault, address, isWrite } = access;
  const endpoint = scene.moment.endpoint(fault.endpoint);
  if (endpoint === undefined) return undefined;
  const own = regionAt(endpoint, address);
  if (own !== undefined && own.region.kind === 'msi' && isWrite)
    return partlyMsi(scene, access, own);
  const domain = fault.domain === null ? undefined : scene.moment.domain(fault.domain);
  // In bypass mode an endpoint's own regions decide, and identity is what all else is
  if (domain === undefined || domain.isBypass) {
    return own === undefined || own.region.kind === 'identity'
      ? undefined
      : ownRegion(scene, access, own);
  }
  const all = scene.moment.endpoints
    .filter(({ domain }) => domain === fault.domain)
    .flatMap((member) => regionAt(member, address) ?? []);
  const isShared = deviceOf(scene)?.identityPolicy !== 'per-endpoint';
  const identity = (isShared ? all : own === undefined ? [] : [own]).find(
    ({ region }) => region.kind === 'identity',
  );
  if (identity !== undefined) return identityRight(scene, access, identity);
  if (own !== undefined) return ownRegion(scene, access, own);
  const [other] = all;
  return other === undefined ? undefined : otherRegion(scene, access, other);
}

function regionAt(owner: MomentEndpoint, address: bigint): OwnedRegion | undefined {
  const region = owner.reserved.find(({ start, end }) => start <= address && address <= end);
  return region === undefined ? undefined : { owner, region };
}

function partlyMsi(scene: Scene, access: StoppedAccess, { owner, region }: OwnedRegion): Finding {
  const first = access.start > region.start ? access.start : region.start;
  const last = access.end < region.end ? access.end : region.end;
  const inside = last - first + 1n;
  const lies = inside === 1n ? 'lies' : 'lie';
  return {
    cause: 'partly-in-msi-window',
    sentence: `${access.words}; ${sizeInWords(inside)} of that ${lies} in its interrupt (MSI) window, ${rangeInWords(region)}, and a write there is an interrupt only when it lies inside as a whole.`,
    evidence: [latestProbe(scene.record, owner.id, scene.sequence)],
  };
}

function ownRegion(scene: Scene, access: StoppedAccess, { owner, region }: OwnedRegion): Finding {
  const evidence = [latestProbe(scene.record, owner.id, scene.sequence)];
  return region.kind === 'msi'
    ? {
        cause: 'msi-window-read',
        sentence: `${access.words} in its interrupt (MSI) window, ${rangeInWords(region)}, which can be written only.`,
        evidence,
      }
    : {
        cause: 'reserved-region',
        sentence: `${access.words} and met its reserved region, ${rangeInWords(region)}, where no access is allowed.`,
        evidence,
      };
}

function otherRegion(scene: Scene, access: StoppedAccess, { owner, region }: OwnedRegion): Finding {
  const kind = region.kind === 'msi' ? 'interrupt (MSI) window' : `${region.kind} region`;
  return {
    cause: 'other-region',
    sentence: `${access.words} and met the ${kind} of ${scene.words.endpoint(owner.id)}, ${rangeInWords(region)}, which is in domain ${access.fault.domain} too.`,
    evidence: [latestAttach(scene.record, owner.id, scene.sequence)],
  };
}

function identityRight(
  scene: Scene,
  access: StoppedAccess,
  { owner, region }: OwnedRegion,
): Finding {
  const whose = owner.id === access.fault.endpoint ? 'its' : `${scene.words.endpoint(owner.id)}’s`;
  const only = access.isWrite ? 'reading' : 'writing';
  return {
    cause: 'identity-right',
    sentence: `${access.words} in ${whose} identity region, ${rangeInWords(region)}, which is for ${only} only.`,
    evidence: [latestProbe(scene.record, owner.id, scene.sequence)],
  };
}
