// Why nothing is mapped where an access was stopped. Looked for in this order: mappings that the access itself touches;
// a MAP that was refused there, or what was there before, whichever is later, since the endpoint came; whether anything could
// be; what was there in its domain before; other domains; what came there soon after; what ends close by.

import { VIRTIO_IOMMU_F_INPUT_RANGE } from '../../iommu/protocol/protocol.ts';
import type { Lifetime } from '../replay/lifetime.ts';
import type { StoppedAccess } from './access-words.ts';
import { attachmentAt, type Attachment } from './attachments.ts';
import type { Finding } from './explanation.ts';
import { mappedLater } from './mapped-later.ts';
import { explainMoved } from './moved-faults.ts';
import { explainRefusedMap } from './refused-maps.ts';
import {
  deviceOf,
  firstMapping,
  notKnownFor,
  latestMapping,
  notKnown,
  type Scene,
} from './scene.ts';
import { hex, rangeInWords, sizeInWords } from './words.ts';

/** How far behind the end of a mapping, in bytes, an access still began `past-end` of it. */
export const NEAR_BYTES = 4096n;

interface Nothing {
  readonly domain: number;
  /** What was mapped there last; it is gone. */
  readonly last: Lifetime | undefined;
}

interface Unmapped {
  readonly scene: Scene;
  readonly access: StoppedAccess;
  readonly domain: number;
  readonly attachment: Attachment;
  /** What was mapped there last since the endpoint was attached. */
  readonly last: Lifetime | undefined;
}

export function explainUnmapped(
  scene: Scene,
  access: StoppedAccess,
  { domain, last }: Nothing,
): Finding {
  const { history, sequence } = scene;
  const attachment = attachmentAt(history, access.fault.endpoint, domain, sequence);
  const isOwnTime = last !== undefined && (last.died ?? 0) > (attachment.since ?? 0);
  const unmapped = { scene, access, domain, attachment, last: isOwnTime ? last : undefined };
  return (
    explainTouched(unmapped) ??
    explainRefusedMap(unmapped) ??
    explainGone(unmapped) ??
    explainOutside(unmapped) ??
    explainMissing(unmapped) ??
    explainMoved({ scene, access, attachment }) ??
    explainOther(unmapped) ??
    explainLater(unmapped) ??
    explainNear(unmapped) ??
    explainNever(unmapped)
  );
}

/** The access begins in a mapping, or ends in one. */
function explainTouched({ scene, access, domain, last }: Unmapped): Finding | undefined {
  const { words, sequence } = scene;
  const { address, start, end } = access;
  const lowest = start < address ? latestMapping(scene, domain, address - 1n, sequence) : undefined;
  const before = lowest?.isAlive === true ? lowest.lifetime : undefined;
  const after = firstMapping(scene, domain, { start: address, end });
  if (before === undefined && after === undefined) return undefined;
  const died = last?.died ?? null;
  const ended = died === null ? '' : `; what was mapped there ended with ${words.event(died)}`;
  const evidence = [before?.born ?? null, after?.born ?? null, died];
  if (before === undefined && after !== undefined) {
    const missing = sizeInWords(after.virtStart - address);
    return {
      cause: 'before-start',
      sentence: `${access.words}, ${missing} before the start of ${words.mapping(after)} in domain ${domain}${ended}.`,
      evidence,
    };
  }
  if (before === undefined) return undefined;
  if (after !== undefined) {
    const hole = sizeInWords(after.virtStart - address);
    return {
      cause: 'spans-hole',
      sentence: `${access.words}, across a hole of ${hole} at ${hex(address)} between ${words.mapping(before)} and ${words.mapping(after)} in domain ${domain}${ended}.`,
      evidence,
    };
  }
  const beyond = access.isWrapping ? 'beyond' : sizeInWords(end - address + 1n);
  return {
    cause: 'past-end',
    sentence: `${access.words}, ${beyond} past the end of ${words.mapping(before)} in domain ${domain}${ended}.`,
    evidence,
  };
}

function explainGone({ scene, access, domain, last }: Unmapped): Finding | undefined {
  if (last?.died === undefined || last.died === null) return undefined;
  const { record, words, sequence } = scene;
  const { died } = last;
  const ender = record.event(died)?.event;
  const mapping = words.mapping(last);
  if (ender?.kind !== 'unmapped') {
    return notKnown(
      `${access.words}, where ${mapping} was in domain ${domain}; how it ended is not in the record.`,
      [last.born],
    );
  }
  return {
    cause: 'unmapped',
    sentence: `${access.words}, but ${words.eventBefore(died, sequence)} had removed ${mapping} from domain ${domain}.`,
    evidence: [last.born, died],
  };
}

function explainOutside({ scene, access }: Unmapped): Finding | undefined {
  const device = deviceOf(scene);
  if (device === null || (device.features & VIRTIO_IOMMU_F_INPUT_RANGE) === 0n) return undefined;
  const { start, end } = device.inputRange;
  if (start <= access.address && access.address <= end) return undefined;
  const side = access.address > end ? 'above' : 'below';
  return {
    cause: 'outside-input-range',
    sentence: `${access.words}, ${side} the device’s input range, ${rangeInWords(device.inputRange)}, where nothing can be mapped.`,
    evidence: [],
  };
}

/** What was there before some event is not known. */
function explainMissing({ access, domain, attachment }: Unmapped): Finding | undefined {
  if (attachment.since !== null) return undefined;
  const { before } = attachment;
  const nothing = `${access.words}, where nothing is mapped in domain ${domain}`;
  return before.kind === 'missing'
    ? notKnown(`${nothing}; whether anything was is ${notKnownFor(before)}.`)
    : notKnown(`${nothing}; when it was attached there is not in the record.`);
}

function explainOther({ scene, access, domain }: Unmapped): Finding | undefined {
  const { words, sequence, moment } = scene;
  for (const other of moment.domains) {
    if (other.id === domain) continue;
    const there = latestMapping(scene, other.id, access.address, sequence);
    if (there?.isAlive !== true) continue;
    const owners = other.endpoints.map((id) => words.endpoint(id)).join(' and ');
    return {
      cause: 'other-domain',
      sentence: `${access.words}, where domain ${other.id} of ${owners} has ${words.mapping(there.lifetime)}, but its own domain ${domain} has nothing.`,
      evidence: [there.lifetime.born],
    };
  }
  return undefined;
}

function explainLater({ scene, access, domain }: Unmapped): Finding | undefined {
  const { record, words, sequence, until = Infinity } = scene;
  const { endpoint } = access.fault;
  const stopped = { sequence, endpoint, domain, address: access.address };
  const later = mappedLater(record, stopped);
  if (later.kind !== 'mapped' || later.sequence > until) return undefined;
  return {
    cause: 'mapped-after',
    sentence: `${access.words}, which MAP #${later.sequence} mapped in domain ${domain} only ${words.distance(sequence, later.sequence)} later.`,
    evidence: [later.sequence],
  };
}

function explainNear({ scene, access, domain }: Unmapped): Finding | undefined {
  const { moment, words } = scene;
  const { address } = access;
  const from = address < NEAR_BYTES ? 0n : address - NEAR_BYTES;
  const before = moment
    .mappings(domain, from, Number(NEAR_BYTES))
    .findLast(({ virtEnd }) => virtEnd < address);
  if (before === undefined) return undefined;
  const gap = address - before.virtEnd - 1n;
  const where = gap === 0n ? 'right after' : `${sizeInWords(gap)} past`;
  return {
    cause: 'past-end',
    sentence: `${access.words}, ${where} the end of ${words.mapping(before)} in domain ${domain}.`,
    evidence: [before.born],
  };
}

function explainNever({ scene, access, domain, attachment }: Unmapped): Finding {
  const untold =
    deviceOf(scene) === null ? ' (whether it is a reserved region is not in the record)' : '';
  return {
    cause: 'never-mapped',
    sentence: `${access.words}, where nothing has been mapped since ATTACH #${attachment.since} put it into domain ${domain}${untold}.`,
    evidence: [attachment.since],
  };
}
