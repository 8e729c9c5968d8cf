// Events and marks of a record as they stand in a trace of Chrome JSON: name, thread, arguments.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import type { RecordHead } from '../record/head.ts';
import type { Mark } from '../record/marks.ts';
import {
  DEVICE_PID,
  DOMAINS_PID,
  ENDPOINTS_PID,
  GUEST_PID,
  type Track,
  type Tracks,
} from './chrome-tracks.ts';

const NAMES: Readonly<Record<IommuEvent['kind'], string>> = {
  attached: 'ATTACH',
  detached: 'DETACH',
  mapped: 'MAP',
  unmapped: 'UNMAP',
  probed: 'PROBE',
  ignored: 'Request not understood',
  faulted: 'FAULT',
  'bypass-changed': 'Bypass',
  'master-changed': 'Bus mastering',
  started: 'Driver started',
  reset: 'Device reset',
  'system-reset': 'System reset',
  'power-cycled': 'Power cycle',
};

export function eventName(event: IommuEvent): string {
  const name = NAMES[event.kind];
  if (event.kind === 'bypass-changed') return `${name} ${event.isBypass ? 'on' : 'off'}`;
  if (event.kind === 'master-changed') return `${name} ${event.isMaster ? 'on' : 'off'}`;
  if (event.kind === 'ignored' || !('status' in event)) return name;
  const isRefused = event.status !== VIRTIO_IOMMU_S_OK && event.status !== NO_STATUS;
  return isRefused ? `${name} refused` : name;
}

/** The names of endpoints, and where each event goes. */
export class ChromePlaces {
  readonly #tracks: Tracks;
  readonly #names: ReadonlyMap<number, string>;

  constructor(tracks: Tracks, { endpoints }: RecordHead) {
    this.#tracks = tracks;
    this.#names = new Map(endpoints.map(({ id, name }) => [id, name]));
  }

  /** What an endpoint is called. */
  nameOf(endpoint: number): string {
    return this.#names.get(endpoint) ?? `0x${endpoint.toString(16)}`;
  }

  of(event: IommuEvent): Track {
    if ('endpoint' in event) {
      const { endpoint } = event;
      return this.#tracks.thread(ENDPOINTS_PID, this.nameOf(endpoint), endpoint);
    }
    if ('domain' in event) {
      return this.#tracks.thread(DOMAINS_PID, `domain ${event.domain}`, event.domain);
    }
    return this.#tracks.thread(DEVICE_PID, 'device', 0);
  }

  ofMark(mark: Mark): Track {
    if (mark.kind === 'notification' || mark.kind === 'sample') {
      const { endpoint } = mark;
      return endpoint === null
        ? this.#tracks.thread(DEVICE_PID, 'device', 0)
        : this.#tracks.thread(ENDPOINTS_PID, this.nameOf(endpoint), endpoint);
    }
    return mark.kind === 'console'
      ? this.#tracks.thread(GUEST_PID, 'console', 1)
      : this.#tracks.thread(GUEST_PID, 'what happened', 0);
  }
}

/** A mark in words; undefined for one that has no place here. */
export function markName(mark: Mark): string | undefined {
  switch (mark.kind) {
    case 'console':
      // Without a name it would not be shown
      return mark.line.trim() === '' ? undefined : mark.line;
    case 'stage':
      return `Stage: ${mark.stage}`;
    case 'power':
      return `Power: ${mark.what}`;
    case 'gap':
      return `${mark.events} events were lost`;
    case 'gone-to':
      return `Went back from #${mark.from}`;
    case 'access':
      return `Access by hand: ${mark.access} of ${mark.length} bytes at 0x${mark.address.toString(16)}, ${mark.outcome}`;
    case 'notification': {
      const times = mark.count === 1 ? '' : `, ${mark.count} times`;
      return `Notification of queue ${mark.queue}${times}`;
    }
    case 'sample':
      return `Sample: ${mark.access} of ${mark.length} bytes at 0x${mark.address.toString(16)}`;
    case 'counters':
      return 'Counters';
    case 'doorbell':
      return undefined;
  }
}

/** All that an event says, as arguments: 64-bit values as text, since viewers have no numbers for them. */
export function eventArgs(event: IommuEvent): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(event)
      .filter(
        ([name, value]) =>
          name !== 'kind' && value !== null && !(name === 'status' && value === NO_STATUS),
      )
      .map(([name, value]) => [name, typeof value === 'bigint' ? hexText(value) : value]),
  );
}

export function hexText(value: bigint): string {
  return `0x${value.toString(16)}`;
}
