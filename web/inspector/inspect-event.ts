// One event of the record: a request with its bytes, a fault with its report, or something of the device's own life.

import { assertNever } from '../../src/base/assert.ts';
import type {
  FaultEvent,
  IommuEvent,
  NumberedRequest,
} from '../../src/iommu/events/iommu-event.ts';
import { featureNames } from '../../src/iommu/protocol/feature-names.ts';
import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import { statusName } from '../../src/iommu/protocol/status-names.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { formatRights } from '../format/iommu-words.ts';
import { formatBytes, formatExact, formatPlural, formatSeconds } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import {
  inspected,
  sectionOf,
  type Fact,
  type FactList,
  type Inspected,
  type Words,
} from './inspected.ts';
import { faultView } from './inspect-fault.ts';
import { requestBlocks } from './message-blocks.ts';
import {
  domainLink,
  endpointLink,
  eventLink,
  eventName,
  iovaLink,
  mappingLink,
  pageLink,
  type Subject,
} from './subject.ts';

/** Mappings of one request that are listed. */
const MOST_LISTED = 50;

type EventLocator = Extract<Locator, { readonly kind: 'event' }>;

/** Sections of the specification for what is no message. */
const SECTIONS: Readonly<Partial<Record<IommuEvent['kind'], string>>> = {
  'bypass-changed': '5.13.4',
  started: '5.13.5',
  reset: '5.13.5',
  'system-reset': '5.13.4.2',
};

export function inspectEvent(subject: Subject, locator: EventLocator): Inspected {
  const { record } = subject.history;
  const { sequence } = locator;
  const recorded = record.event(sequence);
  if (recorded === undefined) {
    const isLater = sequence > record.lastSequence;
    const why = isLater ? 'has not happened yet' : 'is kept no more';
    return inspected(locator, eventLink(sequence, 'Event').text, [`This event ${why}.`]);
  }
  const { event } = recorded;
  const base = {
    sequence,
    who: record.who(sequence),
    title: eventLink(sequence, eventName(event.kind)).text,
    locator,
  };
  const view = event.kind === 'faulted' ? faultView(subject, event) : requestView(subject, event);
  return { ...view, ...base, facts: [...whenFacts(subject, recorded), ...view.facts] };
}

/** Name, place in time. */
function whenFacts({ history, moment }: Subject, recorded: RecordedEvent): readonly Fact[] {
  const { facts } = history.record.head;
  const { timeMs, instructions, event } = recorded;
  const when = facts.times ? `${formatSeconds(timeMs)} s` : 'not known';
  const count = facts.instructions ? `, after ${formatExact(instructions)} instructions` : '';
  const isLater = event.sequence > moment.sequence;
  return [
    { name: 'When', words: [`${when}${count}${isLater ? ', later than what is shown' : ''}`] },
  ];
}

function requestView(subject: Subject, event: Exclude<IommuEvent, FaultEvent>): Inspected {
  const locator: Locator = { kind: 'event', sequence: event.sequence };
  if (!isRequest(event)) {
    const section = SECTIONS[event.kind];
    return inspected(locator, '', ownWords(subject, event), {
      clause: section === undefined ? null : `virtio 1.2, ${section}`,
      sections: section === undefined ? [] : [section],
    });
  }
  const wire = subject.history.record.request(event.sequence);
  const domain = 'domain' in event ? event.domain : null;
  const blocks = wire === undefined ? [] : requestBlocks(subject, wire, domain);
  const clause = blocks[0]?.clause ?? null;
  const isRefused = subject.history.record.head.facts.status && event.status !== VIRTIO_IOMMU_S_OK;
  return inspected(locator, '', requestWords(subject, event), {
    facts: [
      { name: 'Status', words: [statusWords(subject, event.status)] },
      ...requestFacts(subject, event),
      ...(wire === undefined ? [{ name: 'Bytes', words: ['not in the record'] }] : []),
    ],
    blocks,
    lists: event.kind === 'unmapped' ? [removedList(subject, event)] : [],
    clause,
    sections: clause === null ? [] : [sectionOf(clause)],
    isRefused,
  });
}

function isRequest(event: Exclude<IommuEvent, FaultEvent>): event is NumberedRequest {
  return 'status' in event;
}

function statusWords({ history }: Subject, status: number | null): string {
  if (!history.record.head.facts.status) return 'not in the record';
  return status === null ? 'none: the request went back unwritten' : statusName(status);
}

function requestWords(subject: Subject, event: NumberedRequest): Words {
  const done = event.status === VIRTIO_IOMMU_S_OK;
  switch (event.kind) {
    case 'attached': {
      const { endpoint, domain } = event;
      const verb = done ? 'The driver put ' : 'The driver asked to put ';
      return [verb, endpointLink(subject, endpoint), ' into ', domainLink(domain), '.'];
    }
    case 'detached': {
      const { endpoint, domain } = event;
      const from: Words = domain === null ? ['its domain'] : [domainLink(domain)];
      const verb = done ? 'The driver took ' : 'The driver asked to take ';
      return [verb, endpointLink(subject, endpoint), ' out of ', ...from, '.'];
    }
    case 'mapped': {
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const verb = done ? 'The driver opened ' : 'The driver asked to open ';
      return [`${verb}${size} of memory to the devices of `, domainLink(event.domain), '.'];
    }
    case 'unmapped': {
      const verb = done ? 'The driver closed ' : 'The driver asked to close ';
      return [verb, 'a range of IOVAs to the devices of ', domainLink(event.domain), '.'];
    }
    case 'probed':
      return [
        'The driver asked what there is to know of ',
        endpointLink(subject, event.endpoint),
        '.',
      ];
    case 'ignored':
      return [`The device did not understand a request of type ${event.type}.`];
    default:
      return assertNever(event);
  }
}

function requestFacts(subject: Subject, event: NumberedRequest): readonly Fact[] {
  if (event.kind === 'mapped') {
    const lifetime = subject.history.lifetime(event.sequence);
    const rights: Fact = { name: 'Rights', words: [formatRights(event.flags)] };
    const range: Fact = {
      name: 'Maps',
      words: [iovaLink(event.domain, event.virtStart), ' leads to ', pageLink(event.physStart)],
    };
    if (lifetime === undefined) return [range, rights];
    const words: Words = [mappingLink(lifetime), ', ', ...endWords(subject, lifetime)];
    return [range, rights, { name: 'Mapping', words }];
  }
  if (event.kind === 'unmapped') {
    const first = iovaLink(event.domain, event.virtStart);
    const last = iovaLink(event.domain, event.virtEnd);
    return [{ name: 'IOVAs', words: [first, ' to ', last] }];
  }
  return [];
}

function endWords({ moment }: Subject, { died }: Lifetime): Words {
  if (died !== null && died <= moment.sequence) return ['which ended with ', eventLink(died)];
  const words = ['which is still there'];
  return died === null ? words : [...words, { later: [' and later ended with ', eventLink(died)] }];
}

function removedList(
  { history }: Subject,
  { sequence, removed }: Extract<NumberedRequest, { readonly kind: 'unmapped' }>,
): FactList {
  const ended = removed === 0 ? [] : history.endedBy(sequence);
  const rows = ended.slice(0, MOST_LISTED).map((lifetime): Words => {
    const { born, virtStart, virtEnd } = lifetime;
    const maker: Words = born === null ? [] : [', made by ', eventLink(born, 'MAP')];
    return [mappingLink(lifetime), ` (${formatBytes(virtEnd - virtStart + 1n)})`, ...maker];
  });
  return {
    title: removed === 0 ? 'Removed' : `Removed ${formatPlural(removed, 'mapping')}`,
    rows,
    none: removed === 0 ? 'Nothing was mapped there.' : 'Which ones is kept no more.',
    note: rows.length > 0 && rows.length < removed ? `The first ${rows.length} are listed.` : null,
  };
}

function ownWords(
  subject: Subject,
  event: Exclude<IommuEvent, FaultEvent | NumberedRequest>,
): Words {
  switch (event.kind) {
    case 'bypass-changed':
      return [
        event.isBypass
          ? 'Bypass was turned on: a device in no domain reaches all memory.'
          : 'Bypass was turned off: a device in no domain reaches no memory.',
      ];
    case 'master-changed':
      return [
        'Bus mastering of ',
        endpointLink(subject, event.endpoint),
        event.isMaster
          ? ' was switched on: it can access memory.'
          : ' was switched off: it begins no access.',
      ];
    case 'started': {
      const names = featureNames(event.features);
      return [`The driver started the IOMMU with these features: ${names.join(', ') || 'none'}.`];
    }
    case 'reset':
      return ['The driver reset the IOMMU: all domains and mappings are gone.'];
    case 'system-reset':
      return ['The PC was reset: all domains and mappings are gone, and bypass is as at power-on.'];
    case 'power-cycled':
      return ['The PC was switched off and on: the IOMMU is as new.'];
    default:
      return assertNever(event);
  }
}
