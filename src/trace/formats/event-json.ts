// An event from JSON as `traceLine` writes it.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import { NO_STATUS } from '../record/event-columns.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Thrown when a field is missing or of another kind; the message names it. */
class FieldError extends Error {
  override readonly name = 'FieldError';
}

class Reader {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  whole(name: string): number {
    const value = this.#fields[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
      return value;
    }
    throw new FieldError(`"${name}" must be a whole number of 32 bits`);
  }

  wholeOrNull(name: string): number | null {
    return this.#fields[name] === null ? null : this.whole(name);
  }

  /** `NO_STATUS` for null, which stands where it is not known. */
  get status(): number {
    return this.wholeOrNull('status') ?? NO_STATUS;
  }

  word(name: string): bigint {
    const value = this.#fields[name];
    if (typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value)) return BigInt(value);
    throw new FieldError(`"${name}" must be 64 bits in hexadecimal, such as "0xfffff000"`);
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value === 'boolean') return value;
    throw new FieldError(`"${name}" must be true or false`);
  }

  has(name: string): boolean {
    return name in this.#fields;
  }
}

/** What a line holds. */
export interface EventLine {
  /** Null where there are no times. */
  readonly timeMs: number | null;
  readonly event: IommuEvent;
}

/** The event in the value of a line of JSON; text says why there is none. */
export function readEventLine(value: unknown): EventLine | string {
  if (!isFields(value)) return 'this is not an object';
  const { sequence, timeMs } = value;
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) {
    return '"sequence" must be a whole number from 1';
  }
  if (!isTime(timeMs)) return '"timeMs" must be milliseconds, or null in a trace without times';
  try {
    const event = eventOf(String(value['kind']), new Reader(value), sequence);
    return event === undefined
      ? `there is no kind of event "${String(value['kind'])}"`
      : { timeMs, event };
  } catch (error) {
    if (error instanceof FieldError) return error.message;
    throw error;
  }
}

/** Whether it is the time of a line: milliseconds, or null where there are none. */
function isTime(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function eventOf(kind: string, read: Reader, sequence: number): IommuEvent | undefined {
  switch (kind) {
    case 'attached':
    case 'detached':
    case 'probed':
    case 'mapped':
    case 'unmapped':
    case 'ignored':
      return requestOf(kind, read, sequence);
    case 'faulted': {
      const address = read.word('address');
      return {
        kind,
        endpoint: read.whole('endpoint'),
        reason: read.whole('reason'),
        flags: read.whole('flags'),
        address,
        start: read.has('start') ? read.word('start') : address,
        length: read.whole('length'),
        isRing: read.has('isRing') && read.flag('isRing'),
        domain: read.wholeOrNull('domain'),
        mappedFlags: read.wholeOrNull('mappedFlags'),
        isReported: read.flag('isReported'),
        sequence,
      };
    }
    case 'bypass-changed':
      return { kind, isBypass: read.flag('isBypass'), sequence };
    case 'master-changed': {
      const [endpoint, isMaster] = [read.whole('endpoint'), read.flag('isMaster')];
      return { kind, endpoint, isMaster, sequence };
    }
    case 'started':
      return { kind, features: read.word('features'), sequence };
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return { kind, sequence };
    default:
      return undefined;
  }
}

type RequestKind = 'attached' | 'detached' | 'probed' | 'mapped' | 'unmapped' | 'ignored';

function requestOf(kind: RequestKind, read: Reader, sequence: number): IommuEvent {
  switch (kind) {
    case 'attached': {
      const [endpoint, domain] = [read.whole('endpoint'), read.whole('domain')];
      const [flags, status] = [read.whole('flags'), read.status];
      return { kind, endpoint, domain, flags, status, sequence };
    }
    case 'detached': {
      const [endpoint, domain] = [read.whole('endpoint'), read.wholeOrNull('domain')];
      return { kind, endpoint, domain, status: read.status, sequence };
    }
    case 'probed':
      return { kind, endpoint: read.whole('endpoint'), status: read.status, sequence };
    case 'mapped': {
      const [virtStart, virtEnd] = [read.word('virtStart'), read.word('virtEnd')];
      const [domain, physStart] = [read.whole('domain'), read.word('physStart')];
      const [flags, status] = [read.whole('flags'), read.status];
      return { kind, domain, virtStart, virtEnd, physStart, flags, status, sequence };
    }
    case 'unmapped': {
      const [virtStart, virtEnd] = [read.word('virtStart'), read.word('virtEnd')];
      const [domain, removed] = [read.whole('domain'), read.whole('removed')];
      const status = read.status;
      return { kind, domain, virtStart, virtEnd, removed, status, sequence };
    }
    case 'ignored': {
      const [type, status] = [read.whole('type'), read.wholeOrNull('status')];
      const readableBytes = read.whole('readableBytes');
      const writableBytes = read.whole('writableBytes');
      return { kind, type, status, readableBytes, writableBytes, sequence };
    }
  }
}
