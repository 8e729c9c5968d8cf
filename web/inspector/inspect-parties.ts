// An endpoint and a domain, at the moment that is looked at.

import { assertNever } from '../../src/base/assert.ts';
import type { DomainState, EndpointState } from '../../src/iommu/events/iommu-event.ts';
import { featureNames } from '../../src/iommu/protocol/feature-names.ts';
import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { turnBefore, type Turn } from '../../src/trace/explain/attachments.ts';
import { formatRights, rightsInWords } from '../format/iommu-words.ts';
import { formatRange, formatAddress } from '../format/address.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import { inspected, type Fact, type FactList, type Inspected, type Words } from './inspected.ts';
import {
  domainLink,
  endpointLink,
  endpointName,
  eventLink,
  iovaLink,
  listed,
  mappingLink,
  pageLink,
  type Subject,
} from './subject.ts';

/** Mappings of a domain that are listed. */
const MOST_LISTED = 50;

export function inspectEndpoint(
  subject: Subject,
  locator: Extract<Locator, { readonly kind: 'endpoint' }>,
): Inspected {
  const { id } = locator;
  const { moment, state } = subject;
  const there = moment.endpoint(id);
  const name = endpointName(subject, id);
  if (there === undefined) {
    return inspected(locator, name, ['Nothing is known of this endpoint at this moment.']);
  }
  const { mode, domain, isMaster, reserved } = there;
  const counted = state?.endpoints.find((each) => each.id === id);
  const isDetached = turnOf(subject, id).kind === 'detached';
  return inspected(locator, name, placeWords({ mode, domain, isMaster, isDetached }), {
    facts: [
      { name: 'Endpoint', words: [`${id} (0x${id.toString(16)}), as requests name it`] },
      ...turnFacts(subject, id),
      ...(counted === undefined ? [] : counterFacts(counted)),
      { name: 'Accepted', words: [featureWords(moment.features)] },
      ...propertyFacts(subject),
    ],
    domain,
    lists: [regionList('Reserved regions', reserved, domain)],
    clause: 'virtio 1.2, 5.13.6',
    sections: ['5.13.6', '5.13.6.2', '5.13.6.8', '5.13.6.8.2'],
  });
}

interface EndpointPlace {
  readonly mode: EndpointState['mode'] | null;
  readonly domain: number | null;
  readonly isMaster: boolean | null;
  /** A DETACH is what put it there. */
  readonly isDetached: boolean;
}

function placeWords({ isMaster, ...place }: EndpointPlace): Words {
  if (isMaster !== false) return reachWords(place);
  return [...reachWords(place), ' But its bus mastering is off: it begins no access.'];
}

function reachWords({ mode, domain, isDetached }: Omit<EndpointPlace, 'isMaster'>): Words {
  switch (mode) {
    case 'attached':
      return domain === null
        ? []
        : ['It is in ', domainLink(domain), ' and reaches what is mapped there.'];
    case 'bypass': {
      const what = ' and bypasses translation: it reaches all memory.';
      if (domain !== null) return ['It is in ', domainLink(domain), what];
      // An unplugged device that still sits on the bus is not stopped by anything (virtio 1.2, 5.13.6.2)
      return isDetached
        ? [
            'It was taken out of its domain, as a device is that is unplugged; bypass is on, and so all memory is open to it.',
          ]
        : [`It is in no domain${what}`];
    }
    case 'blocked':
      return ['It is in no domain and reaches no memory.'];
    case null:
      return ['Where it is is not known at this moment.'];
  }
}

/** What put it where it is. */
function turnOf({ history, moment }: Subject, id: number): Turn {
  return turnBefore(history.record, id, moment.sequence + 1);
}

function turnFacts(subject: Subject, id: number): readonly Fact[] {
  const turn = turnOf(subject, id);
  switch (turn.kind) {
    case 'attached':
      return [{ name: 'Since', words: [eventLink(turn.sequence, 'ATTACH')] }];
    case 'detached':
      return [{ name: 'Since', words: [eventLink(turn.sequence, 'DETACH')] }];
    case 'reset':
      return [{ name: 'Since', words: [eventLink(turn.sequence, 'reset')] }];
    case 'missing':
    case 'none':
      return [];
    default:
      return assertNever(turn);
  }
}

function counterFacts(counted: EndpointState): readonly Fact[] {
  const { translated, translatedBytes, bypassed, bypassedBytes, blocked, blockedBytes } = counted;
  const words = (count: number, bytes: number): Words => [
    `${formatPlural(count, 'access', 'accesses')}, ${formatBytes(bytes)}`,
  ];
  return [
    { name: 'Translated', words: words(translated, translatedBytes) },
    { name: 'Bypassed', words: words(bypassed, bypassedBytes) },
    { name: 'Stopped', words: words(blocked, blockedBytes) },
  ];
}

function featureWords(features: bigint | null): string {
  if (features === null) return 'What the driver accepted is not known.';
  return featureNames(features).join(', ') || 'nothing: no driver has started the IOMMU';
}

/** What the device is told of in its configuration. */
function propertyFacts({ history }: Subject): readonly Fact[] {
  const { device } = history.record.head;
  if (device === null) return [];
  const { features, pageSizeMask, inputRange, domainRange, dialect } = device;
  const offers = featureNames(features).join(', ') || 'nothing';
  const granule = pageSizeMask & -pageSizeMask;
  return [
    { name: 'IOMMU offers', words: [`${offers}, in version ${dialect}`] },
    { name: 'Granule', words: [formatBytes(granule)] },
    { name: 'Input range', words: [formatRange(inputRange.start, inputRange.end)] },
    {
      name: 'Domain IDs',
      words: [`${formatExact(domainRange.start)} to ${formatExact(domainRange.end)}`],
    },
  ];
}

function regionList(
  title: string,
  regions: readonly ReservedRegion[],
  domain: number | null,
): FactList {
  const rows = regions.map((region): Words => {
    const { kind, start, end } = region;
    const rights = region.kind === 'identity' ? `, ${rightsInWords(region.flags)}` : '';
    const from = domain === null ? formatAddress(start) : iovaLink(domain, start);
    return [`${kind}: `, from, ` to ${formatAddress(end)}${rights}`];
  });
  return { title, rows, none: 'None.', note: null };
}

export function inspectDomain(
  subject: Subject,
  locator: Extract<Locator, { readonly kind: 'domain' }>,
): Inspected {
  const { id } = locator;
  const { moment, state } = subject;
  const there = moment.domain(id);
  const title = `Domain ${id}`;
  if (there === undefined) {
    return inspected(locator, title, ['There is no such domain at this moment.'], {
      clause: 'virtio 1.2, 5.13.6',
      sections: ['5.13.6'],
    });
  }
  const { isBypass, endpoints, mappings, bytes, reserved } = there;
  const counted = state?.domains.find((each) => each.id === id);
  const links = endpoints.map((each) => endpointLink(subject, each));
  const members: Words = links.length === 0 ? ['No endpoint is known to be'] : listed(links);
  const verb = links.length > 1 ? 'are' : links.length === 0 ? '' : 'is';
  const lead: Words = isBypass
    ? [...members, ` ${verb} in it, and it has no mappings: everything passes as it is.`]
    : [...members, ` ${verb} in it.`];
  const first = moment.mappings(id, 0n, MOST_LISTED);
  return inspected(locator, title, lead, {
    facts: [
      { name: 'Mappings', words: [`${formatExact(mappings)}, ${formatBytes(bytes)} of IOVAs`] },
      { name: 'Bypass', words: [isBypass ? 'yes' : 'no'] },
      ...(counted === undefined ? [] : domainCounters(counted)),
    ],
    lists: [
      {
        title: 'Mappings',
        rows: first.map((lifetime) => [
          mappingLink(lifetime),
          ' leads to ',
          pageLink(lifetime.physStart),
          `, ${formatRights(lifetime.flags)}`,
        ]),
        none: isBypass ? 'A bypass domain has none.' : 'None: its devices reach no memory.',
        note:
          first.length < mappings
            ? `The first ${formatExact(first.length)} of ${formatExact(mappings)} are listed.`
            : null,
      },
      regionList('Reserved regions of its endpoints', reserved, id),
    ],
    clause: 'virtio 1.2, 5.13.6',
    sections: ['5.13.6', '5.13.6.3', '5.13.6.4'],
  });
}

function domainCounters(counted: DomainState): readonly Fact[] {
  const { translated, translatedBytes, blocked, blockedBytes } = counted;
  const words = (count: number, size: number): Words => [
    `${formatPlural(count, 'access', 'accesses')}, ${formatBytes(size)}`,
  ];
  return [
    { name: 'Translated', words: words(translated, translatedBytes) },
    { name: 'Stopped', words: words(blocked, blockedBytes) },
  ];
}
