// One event to and from its columns.

import { assert } from '../../base/assert.ts';
import { highWord, joinWords, lowWord } from '../../base/words.ts';
import type { DeviceEvent, IommuEvent } from '../../iommu/events/iommu-event.ts';
import {
  FAULT_FLAGS,
  FAULT_MAPPED,
  FAULT_REPORTED,
  FAULT_RING,
  NO_DOMAIN,
  NO_STATUS,
  type EventColumns,
} from './event-columns.ts';
import { EVENT_KINDS, KIND_CODES } from './event-kinds.ts';

function putStart(columns: EventColumns, at: number, value: bigint): void {
  columns.startLow[at] = lowWord(value);
  columns.startHigh[at] = highWord(value);
}

function putEnd(columns: EventColumns, at: number, value: bigint): void {
  columns.endLow[at] = lowWord(value);
  columns.endHigh[at] = highWord(value);
}

function putGpa(columns: EventColumns, at: number, value: bigint): void {
  columns.gpaLow[at] = lowWord(value);
  columns.gpaHigh[at] = highWord(value);
}

/** Writes an event into empty columns; place, time and request bytes are the caller's. */
export function putEvent(columns: EventColumns, at: number, event: DeviceEvent): void {
  columns.kind[at] = KIND_CODES.get(event.kind) ?? 0;
  columns.status[at] = NO_STATUS;
  switch (event.kind) {
    case 'attached':
      columns.endpoint[at] = event.endpoint;
      columns.domain[at] = event.domain;
      columns.flags[at] = event.flags;
      columns.status[at] = event.status;
      break;
    case 'detached':
      columns.endpoint[at] = event.endpoint;
      columns.domain[at] = event.domain ?? 0;
      columns.flags[at] = event.domain === null ? NO_DOMAIN : 0;
      columns.status[at] = event.status;
      break;
    case 'mapped':
      columns.domain[at] = event.domain;
      putStart(columns, at, event.virtStart);
      putEnd(columns, at, event.virtEnd);
      putGpa(columns, at, event.physStart);
      columns.flags[at] = event.flags;
      columns.status[at] = event.status;
      break;
    case 'unmapped':
      columns.domain[at] = event.domain;
      putStart(columns, at, event.virtStart);
      putEnd(columns, at, event.virtEnd);
      columns.gpaLow[at] = event.removed;
      columns.status[at] = event.status;
      break;
    case 'probed':
      columns.endpoint[at] = event.endpoint;
      columns.status[at] = event.status;
      break;
    case 'ignored':
      columns.flags[at] = event.type;
      columns.startLow[at] = event.readableBytes;
      columns.endLow[at] = event.writableBytes;
      columns.status[at] = event.status ?? NO_STATUS;
      break;
    case 'faulted':
      putFault(columns, at, event);
      break;
    case 'bypass-changed':
      columns.flags[at] = Number(event.isBypass);
      break;
    case 'master-changed':
      columns.endpoint[at] = event.endpoint;
      columns.flags[at] = Number(event.isMaster);
      break;
    case 'started':
      putStart(columns, at, event.features);
      break;
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      break;
  }
}

type Fault = Extract<DeviceEvent, { readonly kind: 'faulted' }>;

function putFault(columns: EventColumns, at: number, event: Fault): void {
  columns.status[at] = event.reason;
  columns.endpoint[at] = event.endpoint;
  columns.domain[at] = event.domain ?? 0;
  putStart(columns, at, event.address);
  columns.endLow[at] = event.length;
  // Less than the length, also where an access wraps at 2^64
  columns.endHigh[at] = lowWord(event.address - event.start);
  columns.gpaLow[at] = event.mappedFlags ?? 0;
  columns.flags[at] =
    ((event.flags & FAULT_FLAGS) |
      (event.domain === null ? NO_DOMAIN : 0) |
      (event.mappedFlags === null ? 0 : FAULT_MAPPED) |
      (event.isReported ? FAULT_REPORTED : 0) |
      (event.isRing ? FAULT_RING : 0)) >>>
    0;
}

/** The event in a row. */
export function eventAt(columns: EventColumns, at: number, sequence: number): IommuEvent {
  const word = (column: Uint32Array): number => column[at] ?? 0;
  const start = joinWords(word(columns.startHigh), word(columns.startLow));
  const end = joinWords(word(columns.endHigh), word(columns.endLow));
  const [endpoint, domain] = [word(columns.endpoint), word(columns.domain)];
  const flags = word(columns.flags);
  const status = columns.status[at] ?? NO_STATUS;
  const kind = EVENT_KINDS[columns.kind[at] ?? -1];
  assert(kind !== undefined, 'a row holds an event of a known kind');
  switch (kind) {
    case 'attached':
      return { kind, endpoint, domain, flags, status, sequence };
    case 'detached': {
      const isNone = (flags & NO_DOMAIN) !== 0;
      return { kind, endpoint, domain: isNone ? null : domain, status, sequence };
    }
    case 'mapped': {
      const physStart = joinWords(word(columns.gpaHigh), word(columns.gpaLow));
      const range = { virtStart: start, virtEnd: end, physStart };
      return { kind, domain, ...range, flags, status, sequence };
    }
    case 'unmapped': {
      const removed = word(columns.gpaLow);
      return { kind, domain, virtStart: start, virtEnd: end, removed, status, sequence };
    }
    case 'probed':
      return { kind, endpoint, status, sequence };
    case 'ignored':
      return {
        kind,
        type: flags,
        status: status === NO_STATUS ? null : status,
        readableBytes: word(columns.startLow),
        writableBytes: word(columns.endLow),
        sequence,
      };
    case 'faulted':
      return {
        kind,
        endpoint,
        reason: status,
        flags: flags & FAULT_FLAGS,
        address: start,
        start: BigInt.asUintN(64, start - BigInt(word(columns.endHigh))),
        length: word(columns.endLow),
        isRing: (flags & FAULT_RING) !== 0,
        domain: (flags & NO_DOMAIN) === 0 ? domain : null,
        mappedFlags: (flags & FAULT_MAPPED) === 0 ? null : word(columns.gpaLow),
        isReported: (flags & FAULT_REPORTED) !== 0,
        sequence,
      };
    case 'bypass-changed':
      return { kind, isBypass: flags === 1, sequence };
    case 'master-changed':
      return { kind, endpoint, isMaster: flags === 1, sequence };
    case 'started':
      return { kind, features: start, sequence };
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return { kind, sequence };
  }
}
