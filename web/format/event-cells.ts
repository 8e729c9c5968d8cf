// An event in columns: whom it is about, and what it says, apart.

import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress, formatShortRange } from './address.ts';
import type { EndpointNamer } from './event-words.ts';
import { eventWords } from './event-words.ts';
import { faultTitle, formatRights, isWriteFault } from './iommu-words.ts';
import { formatBytes, formatPlural } from './quantity.ts';

export interface EventCells {
  /** The endpoint or the domain; empty where it is neither. */
  readonly place: string;
  readonly what: string;
}

/** The cells of an event. */
export function eventCells(event: IommuEvent, nameOf: EndpointNamer): EventCells {
  switch (event.kind) {
    case 'attached':
      return { place: nameOf(event.endpoint), what: `to domain ${event.domain}` };
    case 'detached':
      return { place: nameOf(event.endpoint), what: `from domain ${event.domain ?? '?'}` };
    case 'probed':
      return { place: nameOf(event.endpoint), what: '' };
    case 'mapped': {
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const range = formatShortRange(event.virtStart, event.virtEnd);
      const rights = formatRights(event.flags);
      const what = `${range} → ${formatAddress(event.physStart)}  ${rights}  ${size}`;
      return { place: `D${event.domain}`, what };
    }
    case 'unmapped': {
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const many = event.removed === 1 ? '' : `  ${formatPlural(event.removed, 'mapping')}`;
      const what = `${formatShortRange(event.virtStart, event.virtEnd)}  ${size}${many}`;
      return { place: `D${event.domain}`, what };
    }
    case 'faulted': {
      const access = isWriteFault(event.flags) ? 'write to' : 'read from';
      const what = `${access} ${formatAddress(event.address)}: ${faultTitle(event).toLowerCase()}`;
      return { place: nameOf(event.endpoint), what };
    }
    case 'master-changed':
      return {
        place: nameOf(event.endpoint),
        what: `bus mastering ${event.isMaster ? 'on' : 'off'}`,
      };
    case 'ignored':
    case 'bypass-changed':
    case 'started':
    case 'reset':
    case 'system-reset':
    case 'power-cycled':
      return { place: '', what: eventWords(event, nameOf).text };
  }
}
