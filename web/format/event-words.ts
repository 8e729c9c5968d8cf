// An event as one line of the feed: a marker, a few words, and whether it went well.

import { assertNever } from '../../src/base/assert.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import { NO_STATUS } from '../../src/trace/record/event-columns.ts';
import { formatAddress, formatRange } from './address.ts';
import { statusName } from '../../src/iommu/protocol/status-names.ts';
import { faultTitle, formatRights, isWriteFault } from './iommu-words.ts';
import { formatBytes, formatPlural } from './quantity.ts';

export interface EventWords {
  /** Short word in capitals; tells kinds apart without colour. */
  readonly marker: string;
  readonly text: string;
  /** Everything, for a tooltip. */
  readonly title: string;
  /** The status of a refused request; null when it was accepted. */
  readonly refusal: string | null;
}

/** Gives an endpoint's name. */
export type EndpointNamer = (id: number) => string;

function refusalOf(status: number): string | null {
  // Somebody else's trace may not tell it
  return status === VIRTIO_IOMMU_S_OK || status === NO_STATUS ? null : statusName(status);
}

function line(marker: string, text: string, status = VIRTIO_IOMMU_S_OK, title = text): EventWords {
  return { marker, text, title, refusal: refusalOf(status) };
}

/** The words of an event. */
export function eventWords(event: IommuEvent, nameOf: EndpointNamer): EventWords {
  switch (event.kind) {
    case 'attached': {
      const text = `${nameOf(event.endpoint)} → D${event.domain}`;
      const title = `${nameOf(event.endpoint)} (endpoint ${event.endpoint}) attached to domain ${event.domain}`;
      return line('ATTACH', text, event.status, title);
    }
    case 'detached':
      return line('DETACH', `${nameOf(event.endpoint)} ← D${event.domain ?? '?'}`, event.status);
    case 'mapped': {
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const rights = formatRights(event.flags);
      const text = `D${event.domain} ${rights} ${formatAddress(event.virtStart)} ${size}`;
      const range = formatRange(event.virtStart, event.virtEnd);
      const title = `Domain ${event.domain}: ${range} to ${formatAddress(event.physStart)}, ${rights}`;
      return line('MAP', text, event.status, title);
    }
    case 'unmapped': {
      const size = formatBytes(event.virtEnd - event.virtStart + 1n);
      const many = event.removed === 1 ? '' : `, ${formatPlural(event.removed, 'mapping')}`;
      const text = `D${event.domain} ${formatAddress(event.virtStart)} ${size}${many}`;
      const range = formatRange(event.virtStart, event.virtEnd);
      const title = `Domain ${event.domain}: ${range}, mappings removed: ${event.removed}`;
      return line('UNMAP', text, event.status, title);
    }
    case 'probed':
      return line('PROBE', nameOf(event.endpoint), event.status);
    case 'faulted': {
      const access = isWriteFault(event.flags) ? 'W' : 'R';
      const text = `${nameOf(event.endpoint)} ${access} ${formatAddress(event.address)}`;
      return line('FAULT', text, VIRTIO_IOMMU_S_OK, `${faultTitle(event)}: ${text}`);
    }
    case 'ignored':
      return line('IGNORE', `request type ${event.type}`, event.status ?? VIRTIO_IOMMU_S_OK);
    case 'bypass-changed':
      return line(
        'BYPASS',
        event.isBypass ? 'on: unattached devices pass' : 'off: unattached devices stop',
      );
    case 'master-changed':
      return line(
        'MASTER',
        `${nameOf(event.endpoint)} ${event.isMaster ? 'on: it may access memory' : 'off: it accesses nothing'}`,
      );
    case 'started':
      return line('START', 'the IOMMU’s driver is up');
    case 'reset':
      return line('RESET', 'by the driver: all domains are gone');
    case 'system-reset':
      return line('POWER', 'the PC was reset');
    case 'power-cycled':
      return line('POWER', 'off and on again');
    default:
      return assertNever(event);
  }
}
