// A mapping, and an IOVA: now, and what was ever mapped there.

import { timeInWords } from '../../src/trace/explain/words.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { formatAddress, formatRange } from '../format/address.ts';
import { formatRights, rightsInWords } from '../format/iommu-words.ts';
import { formatBytes, formatExact } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import { inspected, type Fact, type FactList, type Inspected, type Words } from './inspected.ts';
import { everList, fate, untilThen } from './mapping-words.ts';
import {
  domainLink,
  endpointLink,
  eventLink,
  iovaLink,
  isAliveAt,
  listed,
  mappingLink,
  pageLink,
  type Subject,
} from './subject.ts';

/** Where MAP and UNMAP have their rules. */
const MAPPING_SECTIONS = ['5.13.6.5', '5.13.6.5.2', '5.13.6.6', '5.13.6.6.2'];

export function inspectMapping(
  subject: Subject,
  locator: Extract<Locator, { readonly kind: 'mapping' }>,
): Inspected {
  const { history, moment } = subject;
  const { domain, iova, id } = locator;
  const lifetime = history.lifetime(id) ?? history.lookup(moment.sequence, domain, iova);
  const title = 'Mapping';
  if (lifetime === undefined || lifetime.domain !== domain) {
    const words = [
      'This mapping is kept no more. At ',
      iovaLink(domain, iova),
      ' is what there is now.',
    ];
    return inspected(locator, title, words);
  }
  const { virtStart, virtEnd, physStart, flags, born } = lifetime;
  const size = virtEnd - virtStart + 1n;
  const previous = history.previous(lifetime);
  const before: readonly Fact[] =
    previous === null || 'isKnown' in previous
      ? []
      : [{ name: 'There before', words: [mappingLink(previous), ...fate(subject, previous)] }];
  return inspected(locator, title, leadWords(subject, lifetime), {
    facts: [
      { name: 'IOVAs', words: [iovaLink(domain, virtStart), ' to ', iovaLink(domain, virtEnd)] },
      {
        name: 'Lead to',
        words: [
          pageLink(physStart),
          ' to ',
          pageLink(physStart + size - 1n, formatAddress(physStart + size - 1n)),
        ],
      },
      { name: 'Size', words: [formatBytes(size)] },
      { name: 'Rights', words: [`${formatRights(flags)}: ${rightsInWords(flags)}`] },
      { name: 'Domain', words: domainWords(subject, domain) },
      { name: 'Made by', words: born === null ? ['not in the record'] : [eventLink(born, 'MAP')] },
      {
        name: 'Ended by',
        words: endWords(subject, lifetime),
      },
      ...lifeFacts(subject, lifetime),
      ...before,
    ],
    lists: [everThere(subject, domain, { start: virtStart, end: virtEnd })],
    clause: 'virtio 1.2, 5.13.6.5',
    sections: MAPPING_SECTIONS,
    who: born === null ? null : history.record.who(born),
    sequence: born,
  });
}

/** All mappings that were ever at IOVAs of a domain. */
function everThere(
  subject: Subject,
  domain: number,
  range: { readonly start: bigint; readonly end: bigint },
): FactList {
  const ever = subject.history.lifetimesOfIova(domain, range, untilThen(subject));
  return everList(subject, 'Ever mapped here', ever, (lifetime) => {
    const { virtStart, physStart } = lifetime;
    const into = range.start > virtStart ? range.start - virtStart : 0n;
    return [
      mappingLink(lifetime),
      ' led to ',
      pageLink(physStart + into),
      ...fate(subject, lifetime),
    ];
  });
}

function leadWords({ moment }: Subject, lifetime: Lifetime): Words {
  const { domain, died } = lifetime;
  const where: Words = ['The devices of ', domainLink(domain)];
  if (isAliveAt(lifetime, moment.sequence)) return [...where, ' reach memory through it.'];
  const isOver = died !== null && died <= moment.sequence;
  return [...where, isOver ? ' could reach memory through it.' : ' will reach memory through it.'];
}

function endWords({ moment }: Subject, { died }: Lifetime): Words {
  if (died !== null && died <= moment.sequence) return [eventLink(died)];
  const words = ['nothing: it is still there'];
  return died === null ? words : [...words, { later: ['; later ', eventLink(died)] }];
}

/** How long it lived, where both ends are in the record and over. */
function lifeFacts({ history, moment }: Subject, { born, died }: Lifetime): readonly Fact[] {
  if (died !== null && died > moment.sequence) return [];
  const { record } = history;
  const from = born === null ? undefined : record.event(born)?.timeMs;
  const to = died === null ? undefined : record.event(died)?.timeMs;
  if (from === undefined || to === undefined || born === null || died === null) return [];
  const events = formatExact(died - born);
  return [
    {
      name: 'Lived',
      words: [`${record.head.facts.times ? `${timeInWords(to - from)}, ` : ''}${events} events`],
    },
  ];
}

function domainWords(subject: Subject, domain: number): Words {
  const members = subject.moment.domain(domain)?.endpoints ?? [];
  const links = members.map((id) => endpointLink(subject, id));
  return links.length === 0
    ? [domainLink(domain)]
    : [domainLink(domain), ' with ', ...listed(links)];
}

export function inspectIova(
  subject: Subject,
  locator: Extract<Locator, { readonly kind: 'iova' }>,
): Inspected {
  const { moment } = subject;
  const { domain, iova } = locator;
  const mapping = moment.lookup(domain, iova);
  const there = moment.domain(domain);
  const region = there?.reserved.find(({ start, end }) => start <= iova && iova <= end);
  const facts: Fact[] = [{ name: 'Domain', words: domainWords(subject, domain) }];
  if (region !== undefined) {
    const range = formatRange(region.start, region.end);
    facts.push({ name: 'Region', words: [`${region.kind}, ${range}`] });
  }
  if (mapping !== undefined) {
    const gpa = mapping.physStart + (iova - mapping.virtStart);
    facts.push(
      { name: 'Leads to', words: [pageLink(gpa)] },
      { name: 'Mapping', words: [mappingLink(mapping), ...fate(subject, mapping)] },
      {
        name: 'Rights',
        words: [`${formatRights(mapping.flags)}: ${rightsInWords(mapping.flags)}`],
      },
    );
  }
  const lead = iovaSentence(mapping !== undefined, region?.kind, there?.isBypass === true);
  return inspected(locator, `IOVA ${formatAddress(iova)}`, [lead], {
    facts,
    lists: [everThere(subject, domain, { start: iova, end: iova })],
    clause: 'virtio 1.2, 5.13.6.5',
    sections: region === undefined ? MAPPING_SECTIONS : [...MAPPING_SECTIONS, '5.13.6.8.2'],
  });
}

function iovaSentence(isMapped: boolean, region: string | undefined, isBypass: boolean): string {
  if (isBypass) return 'The domain is in bypass: the address is that of memory.';
  if (region === 'msi') return 'This is the interrupt (MSI) window: a write is an interrupt.';
  if (region === 'identity') return 'The address is that of memory here, in an identity region.';
  if (region !== undefined) return 'A reserved region: every access is stopped.';
  return isMapped ? 'It is mapped.' : 'Nothing is mapped here: every access is stopped.';
}
