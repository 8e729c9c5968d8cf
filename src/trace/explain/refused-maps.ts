// The driver asked for a mapping of the address and was refused. Linux 6.12 may not notice: `viommu_map_pages` only queues a MAP,
// and nobody looks at its status.

import { statusName } from '../../iommu/protocol/status-names.ts';
import type { Lifetime } from '../replay/lifetime.ts';
import type { StoppedAccess } from './access-words.ts';
import type { Attachment } from './attachments.ts';
import { CAUSES } from './causes.ts';
import type { Finding } from './explanation.ts';
import { mapChecks } from './map-refusals.ts';
import { latestRefusedMap } from './past-events.ts';
import { firstWrong } from './request-words.ts';
import type { Scene } from './scene.ts';

interface Asked {
  readonly scene: Scene;
  readonly access: StoppedAccess;
  readonly domain: number;
  readonly attachment: Attachment;
  /** What was mapped there last since the endpoint was attached; what ended behind the refusal tells more. */
  readonly last: Lifetime | undefined;
}

export function explainRefusedMap({
  scene,
  access,
  domain,
  attachment,
  last,
}: Asked): Finding | undefined {
  const { record, words, sequence } = scene;
  const after = Math.max(attachment.since ?? startOf(attachment), last?.died ?? 0);
  const range = { after, before: sequence };
  const refused = latestRefusedMap(record, domain, access.address, range);
  if (refused === undefined) return undefined;
  return {
    cause: 'map-refused',
    sentence: `${access.words}, but ${words.eventBefore(refused, sequence)} which was to map it in domain ${domain}, was refused: ${reasonOf(scene, refused)}.`,
    evidence: [refused],
  };
}

/** The event from which on the endpoint is known to be where it is, where its ATTACH is not in the record. */
function startOf({ before }: Attachment): number {
  if (before.kind === 'missing') return before.before - 1;
  return before.kind === 'none' ? 0 : before.sequence;
}

/** `no room for another mapping`; the status where more is not known. */
function reasonOf(scene: Scene, sequence: number): string {
  const event = scene.record.event(sequence)?.event;
  if (event?.kind !== 'mapped') return 'its event is gone';
  const moment = scene.history.at(sequence);
  const found = moment.isKnown
    ? firstWrong(mapChecks({ ...scene, sequence, moment }, event), event.status)
    : undefined;
  if (found === undefined) return statusName(event.status);
  const { title } = CAUSES[found.cause];
  return title.charAt(0).toLowerCase() + title.slice(1);
}
