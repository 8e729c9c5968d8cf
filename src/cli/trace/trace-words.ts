// What stands in a trace, a line each, for a person.

import { assertNever } from '../../base/assert.ts';
import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_FAULT_F_READ,
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_OK,
} from '../../iommu/protocol/protocol.ts';
import { statusName } from '../../iommu/protocol/status-names.ts';
import { hex, rangeInWords } from '../../trace/explain/words.ts';
import { NO_STATUS } from '../../trace/record/event-columns.ts';
import type { RecordedEvent } from '../../trace/recorded-event.ts';
import type { Lifetime } from '../../trace/replay/lifetime.ts';
import type { Moment } from '../../trace/replay/moment.ts';

/** The name of an endpoint by its ID. */
export type NameOf = (endpoint: number) => string;

/** What a request was answered with when nothing is said of it. */
const UNREMARKABLE: readonly number[] = [VIRTIO_IOMMU_S_OK, NO_STATUS];
const SECOND_DIGITS = 6;
const SEQUENCE_WIDTH = 7;

function rights(flags: number): string {
  const read = (flags & VIRTIO_IOMMU_MAP_F_READ) !== 0 ? 'r' : '-';
  return `${read}${(flags & VIRTIO_IOMMU_MAP_F_WRITE) !== 0 ? 'w' : '-'}`;
}

function way(flags: number): string {
  if ((flags & VIRTIO_IOMMU_FAULT_F_WRITE) !== 0) return 'write';
  return (flags & VIRTIO_IOMMU_FAULT_F_READ) === 0 ? 'access' : 'read';
}

function what(event: IommuEvent, nameOf: NameOf): string {
  switch (event.kind) {
    case 'attached':
      return `ATTACH  ${nameOf(event.endpoint)} to domain ${event.domain}`;
    case 'detached':
      return `DETACH  ${nameOf(event.endpoint)} from domain ${event.domain ?? 'none'}`;
    case 'mapped': {
      const { domain, virtStart, virtEnd, physStart, flags } = event;
      const range = rangeInWords({ start: virtStart, end: virtEnd });
      return `MAP     domain ${domain}  ${range} to ${hex(physStart)} ${rights(flags)}`;
    }
    case 'unmapped': {
      const { domain, virtStart, virtEnd, removed } = event;
      const range = rangeInWords({ start: virtStart, end: virtEnd });
      return `UNMAP   domain ${domain}  ${range}, ${removed} removed`;
    }
    case 'probed':
      return `PROBE   ${nameOf(event.endpoint)}`;
    case 'ignored':
      return `IGNORED request of type ${event.type}`;
    case 'faulted': {
      const bytes = event.length === 0 ? '' : ` of ${event.length} bytes`;
      return `FAULT   ${nameOf(event.endpoint)} ${way(event.flags)}${bytes} stopped at ${hex(event.address)}`;
    }
    case 'bypass-changed':
      return `BYPASS  ${event.isBypass ? 'on' : 'off'}`;
    case 'master-changed':
      return `MASTER  ${nameOf(event.endpoint)} ${event.isMaster ? 'on' : 'off'}`;
    case 'started':
      return `START   features ${hex(event.features)}`;
    case 'reset':
      return 'RESET   by the driver';
    case 'system-reset':
      return 'RESET   of the whole PC';
    case 'power-cycled':
      return 'POWER   off and on again';
    default:
      return assertNever(event);
  }
}

/** An event as a line. */
export function eventLine(
  { timeMs, event }: RecordedEvent,
  nameOf: NameOf,
  hasTimes: boolean,
): string {
  const status =
    'status' in event && event.status !== null && !UNREMARKABLE.includes(event.status)
      ? `  refused: ${statusName(event.status)}`
      : '';
  return numbered(
    `#${event.sequence}`,
    hasTimes ? timeMs : null,
    `${what(event, nameOf)}${status}`,
  );
}

/** A line of a list with its number, if it has one, and its time, if there are times. */
export function numbered(number: string, timeMs: number | null, words: string): string {
  const seconds =
    timeMs === null ? '' : ` ${(timeMs / 1000).toFixed(SECOND_DIGITS).padStart(SECOND_DIGITS + 5)}`;
  return `${number.padStart(SEQUENCE_WIDTH)}${seconds}  ${words}`;
}

/** A lifetime as a line. */
export function lifetimeLine({ born, died, domain, ...mapping }: Lifetime): string {
  const { virtStart, virtEnd, physStart, flags } = mapping;
  const range = rangeInWords({ start: virtStart, end: virtEnd });
  const made = born === null ? 'before' : `#${born}`;
  const ended = died === null ? 'alive' : `#${died}`;
  return `${made.padStart(SEQUENCE_WIDTH)} to ${ended.padEnd(SEQUENCE_WIDTH)}  domain ${domain}  ${range} to ${hex(physStart)} ${rights(flags)}`;
}

/** What had been counted by then, and when somebody looked. */
function counterLines({ counters, endpoints }: Moment, hasTimes: boolean): readonly string[] {
  if (counters === null) return ['How much DMA there was is not known.'];
  const at = hasTimes ? ` at ${(counters.timeMs / 1000).toFixed(SECOND_DIGITS)} s` : '';
  const lines = counters.endpoints.map(({ id, ...counts }) => {
    const name = endpoints.find((endpoint) => endpoint.id === id)?.name ?? hex(id);
    const parts = [
      [counts.translated, counts.translatedBytes, 'translated'],
      [counts.bypassed, counts.bypassedBytes, 'past the IOMMU'],
      [counts.blocked, counts.blockedBytes, 'stopped'],
    ] as const;
    const said = parts
      .filter(([accesses]) => accesses > 0)
      .map(([accesses, bytes, what]) => `${accesses} ${what} (${bytes} bytes)`);
    return `  ${name}: ${said.join(', ')}`;
  });
  return [`Accesses since power on, read after event #${counters.sequence}${at}:`, ...lines];
}

/** The device at a moment. */
export function momentLines(moment: Moment, hasTimes: boolean): readonly string[] {
  const { isBypass, missing } = moment;
  const endpoints = moment.endpoints.map(({ name, mode, domain }) => {
    const where =
      domain === null ? (mode ?? 'not known') : `${mode ?? 'attached'} domain ${domain}`;
    return `  ${name}: ${where}`;
  });
  const domains = moment.domains.map(
    ({ id, mappings, bytes, isBypass: passes }) =>
      `  domain ${id}: ${passes ? 'bypass' : `${mappings} mappings, ${bytes} bytes`}`,
  );
  const gap = missing === null ? [] : [`Not known: what was done before event #${missing.before}.`];
  const bypass = isBypass === null ? 'not known' : isBypass ? 'on' : 'off';
  const first = `After event #${moment.sequence}, bypass ${bypass}:`;
  return [first, ...endpoints, ...domains, ...gap, ...counterLines(moment, hasTimes)];
}
