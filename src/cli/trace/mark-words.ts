// A mark in words, for a person at a terminal.

import { hex } from '../../trace/explain/words.ts';
import type { CountersMark, Mark } from '../../trace/record/marks.ts';
import type { NameOf } from './trace-words.ts';

/** What a guest prints may be meant for a terminal: here it is text. */
const CONTROLS = /[\p{Cc}\p{Cf}]/gu;

export function markWords(mark: Mark, nameOf: NameOf): string {
  switch (mark.kind) {
    case 'console':
      return `CONSOLE ${mark.line.replaceAll(CONTROLS, '\u{fffd}')}`;
    case 'stage':
      return `STAGE   ${mark.stage}`;
    case 'access': {
      const { endpoint, access, length, address, outcome, isBypass, fault } = mark;
      const way = isBypass ? ', past the IOMMU' : '';
      const stopped = fault === null ? '' : ` (#${fault})`;
      return `ACCESS  by hand: ${nameOf(endpoint)} ${access} of ${length} bytes at ${hex(address)}: ${outcome}${way}${stopped}`;
    }
    case 'doorbell':
      return `MSI     ${nameOf(mark.endpoint)} ${hex(mark.data)} to ${hex(mark.address)}`;
    case 'notification': {
      const device = mark.endpoint === null ? 'the IOMMU' : nameOf(mark.endpoint);
      const times = mark.count === 1 ? '' : `, ${mark.count} times since the last mark`;
      return `NOTIFY  ${device}, queue ${mark.queue}${times}`;
    }
    case 'sample': {
      const { endpoint, access, length, address, isRing } = mark;
      return `SAMPLE  ${nameOf(endpoint)} ${access} of ${length} bytes${isRing ? ' of a ring' : ''} at ${hex(address)}`;
    }
    case 'counters':
      return `COUNTED ${countedWords(mark, nameOf)}`;
    case 'power':
      return `POWER   ${mark.what}`;
    case 'gone-to':
      return `BACK    here, from event #${mark.from}`;
    case 'gap':
      return `GAP     ${mark.events} events were lost`;
  }
}

function countedWords({ endpoints }: CountersMark, nameOf: NameOf): string {
  if (endpoints.length === 0) return 'no accesses';
  const each = endpoints.map(({ id, translated, bypassed, blocked }) => {
    const stopped = blocked === 0 ? '' : `, ${blocked} stopped`;
    return `${nameOf(id)} ${translated + bypassed}${stopped}`;
  });
  return `accesses: ${each.join('; ')}`;
}
