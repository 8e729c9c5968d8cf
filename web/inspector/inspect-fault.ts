// A fault: what was tried, why it was stopped, and the report of it.

import type { FaultEvent, Numbered } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress } from '../format/address.ts';
import { dmesgLine, faultReasonSentence, isWriteFault } from '../format/iommu-words.ts';
import { formatPlural } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import { inspected, sectionOf, type Inspected } from './inspected.ts';
import { reportBlock } from './message-blocks.ts';
import { dialectOf, domainLink, endpointLink, iovaLink, type Subject } from './subject.ts';

/** Without its title and its time. */
export function faultView(subject: Subject, event: FaultEvent & Numbered): Inspected {
  const { endpoint, domain, address, start, length, flags, isRing } = event;
  const locator: Locator = { kind: 'event', sequence: event.sequence };
  const { facts } = subject.history.record.head;
  const report = reportBlock(subject, event);
  const verb = isWriteFault(flags) ? 'write' : 'read';
  const what = isRing ? ' of its rings' : '';
  const place = domain === null ? formatAddress(start) : iovaLink(domain, start);
  const size = facts.accesses ? `${formatPlural(length, 'byte')}${what} at ` : '';
  const who = endpointLink(subject, endpoint);
  const clause = report?.clause ?? 'virtio 1.2, 5.13.6.9';
  return inspected(locator, '', [who, ` tried to ${verb} ${size}`, place, ' and was stopped.'], {
    facts: [
      { name: 'Reason', words: [faultReasonSentence(event, verb === 'write', domain)] },
      {
        name: 'First byte',
        words: [
          domain === null ? formatAddress(address) : iovaLink(domain, address),
          ...(domain === null ? [', in no domain'] : [' in ', domainLink(domain)]),
        ],
      },
      { name: 'Report', words: [reportWords(subject, event)] },
      ...(event.isReported ? [{ name: 'Linux logs', words: [dmesgLine(event)] }] : []),
    ],
    blocks: report === null ? [] : [report],
    clause,
    sections: [sectionOf(clause)],
    isRefused: true,
  });
}

/** Whether the driver was told, and why not. */
function reportWords(subject: Subject, { isReported }: FaultEvent): string {
  if (isReported) return 'The driver got a report in its event queue.';
  const dialect = dialectOf(subject);
  if (dialect === 'v0.4') return 'Not reported: that version has no event queue.';
  if (subject.moment.features === 0n) return 'Not reported: no driver had started the IOMMU.';
  return 'Not reported: the driver had left no buffer for it in the event queue.';
}
