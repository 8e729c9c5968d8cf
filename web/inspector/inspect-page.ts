// A page of guest memory: who reaches it now, and who ever did.

import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { formatAddress, formatRange } from '../format/address.ts';
import { formatRights } from '../format/iommu-words.ts';
import type { Locator } from '../model/locator.ts';
import { inspected, type Inspected, type Words } from './inspected.ts';
import { everList, fate, MOST_LISTED, untilThen } from './mapping-words.ts';
import {
  domainLink,
  endpointLink,
  iovaLink,
  listed,
  mappingLink,
  type Subject,
} from './subject.ts';

/** More than a number of 64 bits loses as a double. */
const LOSS = 4096;
const U32_SPAN = 2 ** 32;
const PAGE_BYTES = 0x1000n;

/** The mappings of the moment that lead into a range of guest memory, the newest first; a few at most. */
function mappingsOfPage(
  { history, moment }: Subject,
  range: { readonly start: bigint; readonly end: bigint },
): readonly Lifetime[] {
  const { count, ids, gpaHigh, gpaLow, startHigh, startLow, endHigh, endLow } =
    moment.mappingColumns;
  const [first, last] = [Number(range.start) - LOSS, Number(range.end) + LOSS];
  const found: Lifetime[] = [];
  for (let at = count - 1; at >= 0 && found.length < MOST_LISTED; at -= 1) {
    const gpa = (gpaHigh[at] ?? 0) * U32_SPAN + (gpaLow[at] ?? 0);
    const more =
      ((endHigh[at] ?? 0) - (startHigh[at] ?? 0)) * U32_SPAN +
      ((endLow[at] ?? 0) - (startLow[at] ?? 0));
    if (gpa > last || gpa + more < first) continue;
    const lifetime = history.lifetime(ids[at] ?? 0);
    if (lifetime === undefined) continue;
    const { physStart, virtStart, virtEnd } = lifetime;
    const end = physStart + (virtEnd - virtStart);
    if (physStart <= range.end && end >= range.start) found.push(lifetime);
  }
  return found;
}

export function inspectPage(
  subject: Subject,
  locator: Extract<Locator, { readonly kind: 'page' }>,
): Inspected {
  const { history, moment } = subject;
  const { gpa } = locator;
  const range = { start: gpa, end: gpa + PAGE_BYTES - 1n };
  const memory = history.record.head.memoryBytes;
  const isMemory = memory === null || gpa < BigInt(memory);
  const passing = moment.endpoints.filter(
    ({ mode, isMaster }) => mode === 'bypass' && isMaster === true,
  );
  const alive = mappingsOfPage(subject, range);
  const domains = [...new Set(alive.map(({ domain }) => domain))];
  const reaching = moment.endpoints.filter(
    ({ mode, domain }) => mode === 'attached' && domain !== null && domains.includes(domain),
  );
  const links = [...passing, ...reaching].map(({ id }) => endpointLink(subject, id));
  const lead: Words =
    links.length === 0
      ? ['No device reaches this page.']
      : [...listed(links), links.length === 1 ? ' reaches this page.' : ' reach this page.'];
  const wordsOf = (lifetime: Lifetime): Words => {
    const into = gpa > lifetime.physStart ? gpa - lifetime.physStart : 0n;
    return [
      domainLink(lifetime.domain),
      ' at ',
      iovaLink(lifetime.domain, lifetime.virtStart + into),
      `, ${formatRights(lifetime.flags)}: `,
      mappingLink(lifetime),
      ...fate(subject, lifetime),
    ];
  };
  return inspected(locator, `Page ${formatAddress(gpa)}`, lead, {
    facts: [
      { name: 'Addresses', words: [formatRange(range.start, range.end)] },
      ...(isMemory ? [] : [{ name: 'Memory', words: ['There is none at this address.'] }]),
      ...(passing.length === 0
        ? []
        : [
            {
              name: 'By bypass',
              words: listed(passing.map(({ id }) => endpointLink(subject, id))),
            },
          ]),
    ],
    lists: [
      {
        title: 'Mapped now',
        rows: alive.map(wordsOf),
        none: 'By nobody.',
        note: alive.length === MOST_LISTED ? `The latest ${MOST_LISTED} are listed.` : null,
      },
      everList(subject, 'Ever mapped', history.lifetimesOfGpa(range, untilThen(subject)), wordsOf),
    ],
    clause: 'virtio 1.2, 5.13.6.5',
    sections: ['5.13.6.5'],
  });
}
