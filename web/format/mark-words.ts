// A mark of the record as one quiet line between its events.

import type { Mark } from '../../src/trace/record/marks.ts';
import { formatAddress } from './address.ts';
import type { EndpointNamer } from './event-words.ts';
import { formatBytes, formatExact } from './quantity.ts';
import { stageName } from './stage-words.ts';

export interface MarkWords {
  /** Short word in capitals. */
  readonly marker: string;
  readonly text: string;
}

const POWER = { halted: 'the PC has halted', 'powered-off': 'the PC is off', crashed: 'crashed' };
const OUTCOMES = {
  completed: 'done',
  blocked: 'stopped',
  'no-memory': 'reached no memory',
  'no-master': 'not begun, bus mastering is off',
};

function times(count: number): string {
  return count === 1 ? '' : `, ${formatExact(count)} times`;
}

/** The words of a mark. */
export function markWords(mark: Mark, nameOf: EndpointNamer): MarkWords {
  switch (mark.kind) {
    case 'console':
      return { marker: 'PRINT', text: mark.line };
    case 'stage':
      return { marker: 'STAGE', text: stageName(mark.stage) };
    case 'access': {
      const where = `${formatBytes(mark.length)} at ${formatAddress(mark.address)}`;
      const text = `${nameOf(mark.endpoint)} ${mark.access} ${where}: ${OUTCOMES[mark.outcome]}`;
      return { marker: 'STRAY', text };
    }
    case 'doorbell':
      return { marker: 'MSI', text: `${nameOf(mark.endpoint)} → ${formatAddress(mark.address)}` };
    case 'notification': {
      const whom = mark.endpoint === null ? 'the IOMMU' : nameOf(mark.endpoint);
      return { marker: 'NOTIFY', text: `${whom}, queue ${mark.queue}${times(mark.count)}` };
    }
    case 'sample': {
      const what = mark.isRing ? 'ring' : 'data';
      const where = `${formatBytes(mark.length)} at ${formatAddress(mark.address)}`;
      return { marker: 'DMA', text: `${nameOf(mark.endpoint)} ${mark.access} ${where} (${what})` };
    }
    case 'counters':
      return { marker: 'COUNT', text: '' };
    case 'power':
      return { marker: 'POWER', text: POWER[mark.what] };
    case 'gone-to':
      return { marker: 'GO TO', text: `taken here from event #${formatExact(mark.from)}` };
    case 'gap':
      return { marker: 'GAP', text: `${formatExact(mark.events)} events are missing here` };
  }
}
