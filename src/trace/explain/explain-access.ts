// An access by hand that nothing stopped, and that reached no memory all the same.

import type { AccessMark, Mark } from '../record/marks.ts';
import type { Finding } from './explanation.ts';
import { notKnown, type Scene } from './scene.ts';
import { hex, sizeInWords } from './words.ts';

export type LostAccess = Mark & AccessMark & { readonly outcome: 'no-memory' };

export function isLost(mark: Mark): mark is LostAccess {
  return mark.kind === 'access' && mark.outcome === 'no-memory';
}

export function explainAccess(scene: Scene, access: LostAccess): Finding {
  const { moment, record, words } = scene;
  const { endpoint: id, address, length } = access;
  const verb = access.access === 'read' ? 'read' : 'write';
  const size = sizeInWords(BigInt(length));
  const what = `${words.endpoint(id)} tried to ${verb} ${size} of data at ${hex(address)}`;
  const endpoint = moment.endpoint(id);
  const { memoryBytes } = record.head;
  const ram =
    memoryBytes === null ? '' : `; the guest’s memory has ${sizeInWords(BigInt(memoryBytes))}`;
  if (access.isBypass) {
    return {
      cause: 'no-memory',
      sentence: `${what} past the IOMMU, and there is no memory at that guest-physical address${ram}.`,
      evidence: [],
    };
  }
  const domain = endpoint?.domain ?? null;
  const mapping = domain === null ? undefined : leadsNowhere(scene, domain, access);
  if (mapping === undefined) return notKnown(`${what}, and no memory was reached.`);
  const { virtStart, physStart } = mapping;
  const first = address > virtStart ? address : virtStart;
  return {
    cause: 'no-memory',
    sentence: `${what}, and ${words.mapping(mapping)} leads to guest-physical ${hex(physStart + (first - virtStart))}, where no memory is${ram}.`,
    evidence: [mapping.born],
  };
}

/** The first mapping of the access that leads out of memory; without its size, the first. */
function leadsNowhere({ moment, record }: Scene, domain: number, { address, length }: LostAccess) {
  const last = address + BigInt(length) - 1n;
  const touched = moment
    .mappings(domain, address, length)
    .filter(({ virtStart }) => virtStart <= last);
  const { memoryBytes } = record.head;
  if (memoryBytes === null) return touched[0];
  return touched.find(({ virtStart, virtEnd, physStart }) => {
    const end = virtEnd < last ? virtEnd : last;
    return physStart + (end - virtStart) >= BigInt(memoryBytes);
  });
}
