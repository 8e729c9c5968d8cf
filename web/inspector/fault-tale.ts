// A fault as a story: what led to it, event by event, and how long before.

import { assertNever } from '../../src/base/assert.ts';
import type { FaultEvent, IommuEvent, Numbered } from '../../src/iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { Who } from '../../src/trace/record/who.ts';
import { timeInWords } from '../../src/trace/explain/words.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { formatAddress } from '../format/address.ts';
import { faultReasonSentence, isWriteFault } from '../format/iommu-words.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import type { Words } from './inspected.ts';
import type { LaterMap } from './later-map.ts';
import {
  domainLink,
  endpointLink,
  eventLink,
  iovaLink,
  mappingLink,
  eventName,
} from './subject.ts';

export interface TaleStep {
  readonly sequence: number;
  /** `1.2 ms before`; of the fault itself, the time of the machine. */
  readonly when: string;
  readonly words: Words;
  /** Who caused it. */
  readonly who: Who;
}

export interface FaultTale {
  readonly fault: FaultEvent & Numbered;
  readonly timeMs: number;
  /** The cause in one sentence. */
  readonly sentence: string;
  /** The stable name of the cause; null while it is not known. */
  readonly cause: string | null;
  /** Oldest first; the fault itself is one of them, and what came later may be. */
  readonly steps: readonly TaleStep[];
  /** Where the rule stands: `virtio 1.2, 5.13.6.9`. */
  readonly clause: string;
}

/** `story`: as far as it is known; `later`: what is known since then. Undefined for what is no fault of the record. */
export function taleOf(
  history: History,
  sequence: number,
  story: EventStory | undefined,
  later: LaterMap | null = null,
): FaultTale | undefined {
  const { record } = history;
  const recorded = record.event(sequence);
  if (recorded?.event.kind !== 'faulted') return undefined;
  const { event: fault, timeMs } = recorded;
  const isWrite = isWriteFault(fault.flags);
  const after = later === null ? [] : [later.sequence];
  const steps = new Set([...evidenceOf(history, fault, story), sequence, ...after]);
  return {
    fault,
    timeMs,
    sentence: story?.sentence ?? faultReasonSentence(fault, isWrite, fault.domain),
    cause: story?.cause ?? null,
    clause: story?.clause ?? 'virtio 1.2, 5.13.6.9',
    steps: [...steps]
      .toSorted((one, other) => one - other)
      .flatMap((each) => stepOf(history, fault, timeMs, each)),
  };
}

/** The events that the story rests on, and the MAP of each mapping that these ended. */
function evidenceOf(
  history: History,
  fault: FaultEvent & Numbered,
  story: EventStory | undefined,
): readonly number[] {
  const evidence = story?.evidence ?? [];
  const makers = evidence.flatMap((each) => endedAt(history, each, fault.address)?.born ?? []);
  return [...evidence, ...makers];
}

/** The mapping of an address that an UNMAP ended. */
function endedAt(history: History, sequence: number, address: bigint): Lifetime | undefined {
  if (history.record.event(sequence)?.event.kind !== 'unmapped') return undefined;
  return history
    .endedBy(sequence)
    .find(({ virtStart, virtEnd }) => virtStart <= address && address <= virtEnd);
}

function stepOf(
  history: History,
  fault: FaultEvent & Numbered,
  faultMs: number,
  sequence: number,
): readonly TaleStep[] {
  const { record } = history;
  const recorded = record.event(sequence);
  if (recorded === undefined) return [];
  const { event, timeMs } = recorded;
  const when = whenWords(history, sequence - fault.sequence, timeMs - faultMs);
  const words = stepWords(history, event, fault.address);
  return [{ sequence, when, words, who: record.who(sequence) }];
}

/** `events`, `ms`: from the fault on. */
function whenWords({ record }: History, events: number, ms: number): string {
  if (events === 0) return 'then';
  const side = events < 0 ? 'earlier' : 'later';
  const count = formatPlural(Math.abs(events), 'event');
  return record.head.facts.times ? `${timeInWords(Math.abs(ms))} ${side},` : `${count} ${side},`;
}

function stepWords(history: History, event: IommuEvent, address: bigint): Words {
  const self = eventLink(event.sequence, eventName(event.kind));
  const subject = { history };
  switch (event.kind) {
    case 'mapped': {
      const lifetime = history.lifetime(event.sequence);
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const what: Words =
        lifetime === undefined ? [formatAddress(event.virtStart)] : [mappingLink(lifetime)];
      if (history.record.head.facts.status && event.status !== VIRTIO_IOMMU_S_OK) {
        const range = `${formatAddress(event.virtStart)} (${size})`;
        return [self, ` was to map ${range} in `, domainLink(event.domain), ', and was refused.'];
      }
      return [self, ' mapped ', ...what, ` (${size}) in `, domainLink(event.domain), '.'];
    }
    case 'unmapped': {
      const lifetime = endedAt(history, event.sequence, address);
      const what: Words =
        lifetime === undefined ? [formatPlural(event.removed, 'mapping')] : [mappingLink(lifetime)];
      const others =
        lifetime !== undefined && event.removed > 1
          ? ` and ${formatExact(event.removed - 1)} more`
          : '';
      return [self, ' removed ', ...what, `${others} from `, domainLink(event.domain), '.'];
    }
    case 'attached':
      return [
        self,
        ' put ',
        endpointLink(subject, event.endpoint),
        ' into ',
        domainLink(event.domain),
        '.',
      ];
    case 'detached': {
      const from: Words = event.domain === null ? ['its domain'] : [domainLink(event.domain)];
      return [self, ' took ', endpointLink(subject, event.endpoint), ' out of ', ...from, '.'];
    }
    case 'faulted': {
      const verb = isWriteFault(event.flags) ? 'write to' : 'read from';
      const place =
        event.domain === null
          ? formatAddress(event.address)
          : iovaLink(event.domain, event.address);
      return [
        endpointLink(subject, event.endpoint),
        ` tried to ${verb} `,
        place,
        ': stopped. ',
        self,
      ];
    }
    case 'probed':
    case 'ignored':
    case 'bypass-changed':
    case 'master-changed':
    case 'started':
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return [self, '.'];
    default:
      return assertNever(event);
  }
}
