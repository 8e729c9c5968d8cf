// What the inspector looks at: the record, one moment of it, and links to what is found there.

import type { IommuEvent, IommuState } from '../../src/iommu/events/iommu-event.ts';
import { DIALECT_NAMES } from '../../src/iommu/protocol/dialects.ts';
import type { DialectName } from '../../src/iommu/protocol/dialect.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { formatAddress, formatShortRange } from '../format/address.ts';
import { formatExact } from '../format/quantity.ts';
import type { Link, Words } from './inspected.ts';

export interface Subject {
  readonly history: History;
  /** What is looked at. */
  readonly moment: Moment;
  /** The same with its counters, as the panes show it; null for a machine without an IOMMU. */
  readonly state: IommuState | null;
}

const PAGE_MASK = 0xfffn;

/** The version of the protocol that the record's driver speaks; the released one where the record does not tell. */
export function dialectOf({ history }: Subject): DialectName {
  const told = history.record.head.device?.dialect;
  return DIALECT_NAMES.find((name) => name === told) ?? '1.2';
}

export function endpointName({ history }: Pick<Subject, 'history'>, id: number): string {
  const known = history.record.head.endpoints.find((endpoint) => endpoint.id === id);
  return known?.name ?? `endpoint 0x${id.toString(16)}`;
}

export function endpointLink(subject: Pick<Subject, 'history'>, id: number): Link {
  return { text: endpointName(subject, id), to: { kind: 'endpoint', id } };
}

export function domainLink(id: number): Link {
  return { text: `domain ${id}`, to: { kind: 'domain', id } };
}

/** What an event is called in a title. */
const EVENT_NAMES: Readonly<Record<IommuEvent['kind'], string>> = {
  attached: 'ATTACH',
  detached: 'DETACH',
  mapped: 'MAP',
  unmapped: 'UNMAP',
  probed: 'PROBE',
  ignored: 'Request',
  faulted: 'Fault',
  'bypass-changed': 'Bypass',
  'master-changed': 'Bus mastering',
  started: 'Start',
  reset: 'Reset',
  'system-reset': 'System reset',
  'power-cycled': 'Power cycle',
};

export function eventName(kind: IommuEvent['kind']): string {
  return EVENT_NAMES[kind];
}

/** `MAP #1,234`. */
export function eventLink(sequence: number, name = ''): Link {
  return {
    text: `${name === '' ? '' : `${name} `}#${formatExact(sequence)}`,
    to: { kind: 'event', sequence },
  };
}

export function iovaLink(domain: number, iova: bigint, text = formatAddress(iova)): Link {
  return { text, to: { kind: 'iova', domain, iova: toIova(iova) } };
}

/** The page that a guest-physical address lies in. */
export function pageLink(gpa: bigint, text = formatAddress(gpa)): Link {
  return { text, to: { kind: 'page', gpa: toGpa(gpa & ~PAGE_MASK) } };
}

/** A mapping by its range. */
export function mappingLink({ domain, virtStart, virtEnd, id }: Lifetime): Link {
  return {
    text: formatShortRange(virtStart, virtEnd),
    to: { kind: 'mapping', domain, iova: virtStart, id },
  };
}

/** Links with words between them: `a, b and c`. */
export function listed(links: Words): Words {
  return links.flatMap((link, index) => {
    if (index === 0) return [link];
    return [index === links.length - 1 ? ' and ' : ', ', link];
  });
}

/** Whether a mapping is there after an event. */
export function isAliveAt({ born, died }: Lifetime, sequence: number): boolean {
  return (born ?? 0) <= sequence && (died === null || died > sequence);
}
