// A request as a device tells of it, made from its event: for machines without a guest.

import { highWord, lowWord } from '../../src/base/words.ts';
import type { AnsweredRequest } from '../../src/iommu/events/answered-request.ts';
import type { IommuWatcher } from '../../src/iommu/events/event-recorder.ts';
import type { IommuEvent, NumberedRequest } from '../../src/iommu/events/iommu-event.ts';
import type { WireRequest } from '../../src/iommu/events/wire-request.ts';
import type { Request } from '../../src/iommu/protocol/request.ts';

const NO_WIRE: WireRequest = {
  readableLength: 0,
  writableLength: 0,
  readableDescriptors: 0,
  writableDescriptors: 0,
  writtenLength: 0,
  readable: new Uint8Array(),
  written: new Uint8Array(),
};

function rangeOf({ virtStart, virtEnd }: { readonly virtStart: bigint; readonly virtEnd: bigint }) {
  return {
    startHigh: highWord(virtStart),
    startLow: lowWord(virtStart),
    endHigh: highWord(virtEnd),
    endLow: lowWord(virtEnd),
  };
}

function requestOf(event: NumberedRequest): Request | undefined {
  switch (event.kind) {
    case 'attached': {
      const { endpoint, domain, flags } = event;
      return { kind: 'attach', endpoint, domain, flags, isReservedZero: true };
    }
    case 'detached':
      return event.domain === null
        ? { kind: 'detach-endpoint', endpoint: event.endpoint, isReservedZero: true }
        : { kind: 'detach', endpoint: event.endpoint, domain: event.domain };
    case 'mapped': {
      const { domain, flags, physStart } = event;
      const phys = { physHigh: highWord(physStart), physLow: lowWord(physStart) };
      return { kind: 'map', domain, ...rangeOf(event), ...phys, flags, isEmpty: false };
    }
    case 'unmapped': {
      const { domain } = event;
      return { kind: 'unmap', domain, ...rangeOf(event), isReservedZero: true, isEmpty: false };
    }
    case 'probed':
      return { kind: 'probe', endpoint: event.endpoint };
    case 'ignored':
      return undefined;
  }
}

/** Words that begin with these bytes. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

/** What the device tells while it answers the request of this event. */
export function answeredOf(event: NumberedRequest, wire: WireRequest = NO_WIRE): AnsweredRequest {
  const isIgnored = event.kind === 'ignored';
  const { readable, readableDescriptors, writableDescriptors, writtenLength, written } = wire;
  // Field by field: floods tell of very many
  return {
    readableLength: isIgnored ? event.readableBytes : wire.readableLength,
    writableLength: isIgnored ? event.writableBytes : wire.writableLength,
    readableDescriptors,
    writableDescriptors,
    writtenLength,
    readable,
    written,
    readableWords: wordsOf(readable),
    sequence: event.sequence,
    type: isIgnored ? event.type : 0,
    request: requestOf(event),
    outcome: {
      status: event.status ?? 0,
      removed: event.kind === 'unmapped' ? event.removed : 0,
      leftDomain: null,
    },
    status: event.status,
  };
}

/** Tells a watcher of an event as a device does. */
export function tellWatcher(watcher: IommuWatcher, event: IommuEvent, wire?: WireRequest): void {
  switch (event.kind) {
    case 'attached':
    case 'detached':
    case 'mapped':
    case 'unmapped':
    case 'probed':
    case 'ignored':
      watcher.request(answeredOf(event, wire));
      break;
    case 'faulted':
    case 'bypass-changed':
    case 'master-changed':
    case 'started':
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      watcher.other(event);
  }
}
