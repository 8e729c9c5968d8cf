// The address was mapped where the endpoint was before: in the domain that it left, or before a reset.

import { turnBefore, type Attachment, type Turn } from './attachments.ts';
import type { StoppedAccess } from './access-words.ts';
import type { Finding } from './explanation.ts';
import { latestMapping, type Scene } from './scene.ts';

interface Move {
  readonly scene: Scene;
  readonly access: StoppedAccess;
  /** Since when it is where it is, and how it left where it was before. */
  readonly attachment: Attachment;
}

export function explainMoved({ scene, access, attachment }: Move): Finding | undefined {
  const { words, sequence } = scene;
  const left = leftBefore(scene, access.fault.endpoint, attachment);
  if (left === undefined) return undefined;
  const { domain, by } = left;
  const there = latestMapping(scene, domain, access.address, by);
  if (there?.isAlive !== true) return undefined;
  const mapping = words.mapping(there.lifetime);
  const evidence = [there.lifetime.born, by, attachment.since];
  if (left.isReset) {
    return {
      cause: 'reset-meanwhile',
      sentence: `${access.words}, where ${mapping} was in domain ${domain} before ${words.eventBefore(by, sequence)} ended it.`,
      evidence,
    };
  }
  const now = `domain ${access.fault.domain}`;
  const move =
    by === attachment.since
      ? `had moved the endpoint to ${now}`
      : `had taken the endpoint out of it, and ATTACH #${attachment.since} put it into ${now}`;
  return {
    cause: 'moved',
    sentence: `${access.words}, where domain ${domain} had ${mapping}; ${words.eventBefore(by, sequence)} ${move}.`,
    evidence,
  };
}

/** The domain that the endpoint was in before, and the event by which it left. */
function leftBefore(
  { record }: Scene,
  endpoint: number,
  { since, before }: Attachment,
): { readonly domain: number; readonly by: number; readonly isReset: boolean } | undefined {
  switch (before.kind) {
    case 'attached':
      return since === null ? undefined : { domain: before.domain, by: since, isReset: false };
    case 'detached':
      return before.domain === null
        ? undefined
        : { domain: before.domain, by: before.sequence, isReset: false };
    case 'reset': {
      const earlier: Turn = turnBefore(record, endpoint, before.sequence);
      return earlier.kind === 'attached'
        ? { domain: earlier.domain, by: before.sequence, isReset: true }
        : undefined;
    }
    case 'none':
    case 'missing':
      return undefined;
  }
}
