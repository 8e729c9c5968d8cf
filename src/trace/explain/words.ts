// Numbers and things in the words of a sentence.

import type { RecordedEvent } from '../recorded-event.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Lifetime } from '../replay/lifetime.ts';

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `1 byte`, `100 bytes`, `4 KiB`: in the largest unit that leaves nothing over. */
export function sizeInWords(bytes: bigint): string {
  let [size, unit] = [bytes, bytes === 1n ? 'byte' : 'bytes'];
  for (const larger of UNITS) {
    if (size === 0n || size % 1024n !== 0n) break;
    [size, unit] = [size / 1024n, larger];
  }
  return `${size} ${unit}`;
}

export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

export function rangeInWords({
  start,
  end,
}: {
  readonly start: bigint;
  readonly end: bigint;
}): string {
  return `${hex(start)} to ${hex(end)}`;
}

export function eventsInWords(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

/** `250 µs`, `0.8 ms`, `12 ms`, `3.4 s`. */
export function timeInWords(ms: number): string {
  if (ms < 0.1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${Number(ms.toPrecision(2))} ms`;
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

const REQUEST_NAMES: Readonly<Partial<Record<RecordedEvent['event']['kind'], string>>> = {
  attached: 'ATTACH',
  detached: 'DETACH',
  mapped: 'MAP',
  unmapped: 'UNMAP',
  probed: 'PROBE',
  reset: 'device reset',
  'system-reset': 'system reset',
  'power-cycled': 'power cycle',
  started: 'start of the driver',
};

/** Words about what a record has. */
export class Words {
  readonly #record: IommuRecord;

  constructor(record: IommuRecord) {
    this.#record = record;
  }

  /** `virtio-blk`, or `endpoint 0x1001` where it has no name. */
  endpoint(id: number): string {
    const name = this.#record.head.endpoints.find((endpoint) => endpoint.id === id)?.name;
    return name === undefined || name === hex(id) ? `endpoint ${hex(id)}` : name;
  }

  /** `UNMAP #12, 3 events and 0.8 ms earlier,`. */
  eventBefore(sequence: number, now: number): string {
    return `${this.event(sequence)}, ${this.distance(sequence, now)} earlier,`;
  }

  /** `MAP #12`. */
  event(sequence: number): string {
    const kind = this.#record.event(sequence)?.event.kind;
    return `${(kind === undefined ? undefined : REQUEST_NAMES[kind]) ?? 'event'} #${sequence}`;
  }

  /** `the mapping of 4 KiB at 0x1000 (MAP #12)`. */
  mapping({ virtStart, virtEnd, born }: Lifetime): string {
    const size = sizeInWords(virtEnd - virtStart + 1n);
    const maker = born === null ? 'its MAP is not in the record' : `MAP #${born}`;
    return `the mapping of ${size} at ${hex(virtStart)} (${maker})`;
  }

  /** `12 events and 0.8 ms`: from one event to a later one. */
  distance(from: number, to: number): string {
    const events = eventsInWords(to - from);
    const [first, last] = [this.#record.event(from), this.#record.event(to)];
    if (!this.#record.head.facts.times || first === undefined || last === undefined) return events;
    return `${events} and ${timeInWords(Math.max(0, last.timeMs - first.timeMs))}`;
  }
}
