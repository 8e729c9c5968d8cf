// Accesses the IOMMU stopped: who, where, why, and whether Linux knows.

import type { JSX } from 'preact';
import { formatAddress } from '../format/address.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { dmesgLine, faultReasonSentence, faultTitle, isWriteFault } from '../format/iommu-words.ts';
import { formatExact, formatPlural, formatSeconds, TIME_TITLE } from '../format/quantity.ts';
import type { IommuMode } from '../../src/worker/api/api.ts';
import type { MachineSession } from '../machine-session.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import { Pane } from './pane.tsx';
import { reasonNotReady } from './try-it.tsx';

const WHY_NONE: Readonly<Record<IommuMode, string>> = {
  translated:
    'None, as it should be. Send a rogue DMA and see the IOMMU stop it, report it to Linux, and the PC go on.',
  bypass: 'In bypass nothing is stopped. Send a rogue DMA and see it succeed.',
  off: 'Without an IOMMU nothing is ever stopped.',
};

/** The fault as one sentence. */
export function faultSentence(name: string, record: FaultRecord): string {
  const { fault } = record;
  const verb = isWriteFault(fault.flags) ? 'write' : 'read';
  return `${name} tried to ${verb} ${formatPlural(fault.length, 'byte')} at ${formatAddress(fault.address)}`;
}

function Card({ session, record }: { session: MachineSession; record: FaultRecord }): JSX.Element {
  const { fault, timeMs } = record;
  const isWrite = isWriteFault(fault.flags);
  return (
    <li class="fault">
      <p class="fault-head">
        <span class="badge badge-blocked">{faultTitle(fault)}</span>
        <span class="fault-time" title={TIME_TITLE}>
          {formatSeconds(timeMs)} s
        </span>
      </p>
      <p class="fault-what">
        <b>{endpointName(session.info.value, fault.endpoint)}</b> tried to{' '}
        {isWrite ? 'write' : 'read'} {formatPlural(fault.length, 'byte')} at{' '}
        <code>{formatAddress(fault.address)}</code>
      </p>
      <p class="fault-why">{faultReasonSentence(fault, isWrite, fault.domain)}</p>
      {fault.isReported ? (
        <p class="fault-report">
          Reported to Linux. Its log says: <code>{dmesgLine(fault)}</code>
        </p>
      ) : (
        <p class="fault-report">
          <b>Not reported:</b> Linux had left no room for the message, so it does not know.
        </p>
      )}
    </li>
  );
}

export function FaultsPane({ session }: { session: MachineSession }): JSX.Element {
  const { faults, faultCount } = session.model;
  const newest = faults[0];
  const reason = reasonNotReady(session);
  return (
    <Pane
      id="faults"
      title="Faults"
      note={faultCount === 0 ? 'Stopped accesses.' : `${formatExact(faultCount)} stopped.`}
      tools={
        <button
          type="button"
          class="button button-small"
          disabled={reason !== null}
          title={reason ?? 'Types iommu-faults into the console: what Linux has logged about them'}
          onClick={() => void session.type('iommu-faults\r')}
        >
          Ask Linux
        </button>
      }
    >
      <p class="visually-hidden" aria-live="assertive">
        {newest === undefined
          ? ''
          : `Fault: ${faultSentence(endpointName(session.info.value, newest.fault.endpoint), newest)}. Blocked.`}
      </p>
      {faults.length === 0 ? (
        <p class="empty">{WHY_NONE[session.mode.value]}</p>
      ) : (
        <ul class="scroll faults" aria-label="Faults" tabIndex={0}>
          {faults.map((record) => (
            <Card key={record.fault.sequence} session={session} record={record} />
          ))}
        </ul>
      )}
    </Pane>
  );
}
