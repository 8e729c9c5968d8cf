// Why an endpoint without a domain reached nothing (virtio 1.2, 5.13.6.2).

import { latestBefore } from './past-events.ts';
import { turnBefore } from './attachments.ts';
import type { Finding } from './explanation.ts';
import { notKnownFor, notKnown, type Scene } from './scene.ts';
import type { StoppedAccess } from './access-words.ts';

export function explainUnattached(scene: Scene, access: StoppedAccess): Finding {
  const { record, words, sequence } = scene;
  const { endpoint } = access.fault;
  const turn = turnBefore(record, endpoint, sequence);
  switch (turn.kind) {
    case 'missing':
      return notKnown(
        `${access.words} without being attached to a domain; why it was not is ${notKnownFor(turn)}.`,
      );
    case 'none':
      return explainNever(scene, access, null);
    case 'attached':
      return notKnown(
        `${access.words} and was stopped as if it had no domain, though ATTACH #${turn.sequence} had put it into domain ${turn.domain}.`,
        [turn.sequence],
      );
    case 'detached': {
      const from = turn.domain === null ? 'its domain' : `domain ${turn.domain}`;
      return {
        cause: 'detached',
        sentence: `${access.words}, but ${words.eventBefore(turn.sequence, sequence)} had taken it out of ${from}, and bypass is off.`,
        evidence: [turn.sequence],
      };
    }
    case 'reset': {
      const before = turnBefore(record, endpoint, turn.sequence);
      if (before.kind !== 'attached') return explainNever(scene, access, turn.sequence);
      return {
        cause: 'reset-meanwhile',
        sentence: `${access.words}, but ${words.eventBefore(turn.sequence, sequence)} had ended its attachment to domain ${before.domain}, and it has not been attached since.`,
        evidence: [before.sequence, turn.sequence],
      };
    }
  }
}

/** Not attached since a reset, or since power on. */
function explainNever(scene: Scene, access: StoppedAccess, since: number | null): Finding {
  const { record, words, sequence, moment } = scene;
  const sinceWords = since === null ? 'since power on' : `since ${words.event(since)}`;
  const kinds = ['bypass-changed', 'system-reset', 'power-cycled'] as const;
  const found = latestBefore(record, sequence, kinds, () => true);
  const changed = found.kind === 'found' ? record.event(found.sequence)?.event : undefined;
  if (changed?.kind === 'bypass-changed') {
    return {
      cause: 'bypass-turned-off',
      sentence: `${access.words}, but ${words.eventBefore(changed.sequence, sequence)} had turned bypass off, and the endpoint has not been attached to a domain ${sinceWords}.`,
      evidence: [since, changed.sequence],
    };
  }
  if (found.kind !== 'missing' && moment.features === 0n) {
    return {
      cause: 'boot-bypass-off',
      sentence: `${access.words} while no driver ran the IOMMU; bypass is off at power on, so that an endpoint reaches nothing before it is attached to a domain.`,
      evidence: [since],
    };
  }
  return {
    cause: 'never-attached',
    sentence: `${access.words}, but it has not been attached to any domain ${sinceWords}, and bypass is off.`,
    evidence: [since],
  };
}
