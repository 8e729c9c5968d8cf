// The mappings of one domain: as a map of its IOVA space, and as a table.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { DomainState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuMode, MachineFailure, MachineInfo } from '../../src/worker/api/power.ts';
import { formatAddress, formatRange, formatShortRange } from '../format/address.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { formatRights, rightsInWords } from '../format/iommu-words.ts';
import { standstill } from '../format/readiness.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import type { Selection } from '../model/domain-choice.ts';
import type { MappingRow } from '../model/watched-domain.ts';
import type { WatchedView } from '../model/views.ts';
import { IovaMap } from './iova-map.tsx';
import { Pane } from './pane.tsx';
import { useRowWindow } from './row-window.ts';

const ROW_HEIGHT = 22;

interface DomainSelectProps {
  readonly device: ReadonlySignal<IommuState | null>;
  readonly watched: ReadonlySignal<WatchedView>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly onSelect: (selection: Selection) => void;
}

export interface MappingsPaneProps extends DomainSelectProps {
  readonly mode: ReadonlySignal<IommuMode>;
  readonly failure: ReadonlySignal<MachineFailure | null>;
  /** The page's clock. */
  readonly now: () => number;
}

function endpointNames(info: MachineInfo | null, domain: DomainState): string {
  return domain.endpoints.map((id) => endpointName(info, id)).join(', ');
}

function DomainSelect(props: DomainSelectProps): JSX.Element | null {
  const domains = props.device.value?.domains ?? [];
  const shown = props.watched.value.domain;
  if (domains.length === 0) return null;
  return (
    <select
      class="field field-small"
      aria-label="Domain"
      value={String(shown ?? '')}
      onChange={(event) =>
        props.onSelect({ kind: 'domain', id: Number(event.currentTarget.value) })
      }
    >
      {shown === null ? <option value="">none</option> : null}
      {domains.map((domain) => (
        <option value={String(domain.id)}>
          {`D${domain.id} · ${endpointNames(props.info.value, domain) || 'empty'}`}
        </option>
      ))}
    </select>
  );
}

function Row({ row, index }: { row: MappingRow; index: number }): JSX.Element {
  const size = row.end - row.start + 1n;
  return (
    <tr aria-rowindex={index + 2}>
      <td title={formatRange(row.start, row.end)}>{formatShortRange(row.start, row.end)}</td>
      <td title={`${formatAddress(row.phys)} in the PC’s memory`}>{formatAddress(row.phys)}</td>
      <td>
        <span class={`rights rights-${formatRights(row.flags)}`} title={rightsInWords(row.flags)}>
          {formatRights(row.flags)}
        </span>
      </td>
      <td class="number">{formatBytes(size)}</td>
    </tr>
  );
}

function MappingTable({ rows }: { rows: readonly MappingRow[] }): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRowWindow(scroller, rows.length, ROW_HEIGHT);
  return (
    <div class="scroll" ref={scroller} tabIndex={0} role="group" aria-label="Mappings, scrollable">
      <table class="table dense mono" aria-label="Mappings" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col" title="The address range the device uses (IOVA)">
              IOVA
            </th>
            <th scope="col" title="Where it leads in the PC’s memory (guest-physical address)">
              GPA
            </th>
            <th scope="col" title="What the device may do">
              Rights
            </th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          <tr class="spacer" style={{ height: `${view.spaceBefore}px` }} aria-hidden="true" />
          {rows.slice(view.first, view.end).map((row, offset) => (
            <Row key={row.start} row={row} index={view.first + offset} />
          ))}
          <tr class="spacer" style={{ height: `${view.spaceAfter}px` }} aria-hidden="true" />
        </tbody>
      </table>
    </div>
  );
}

function whyEmpty(
  { mode, device, failure }: MappingsPaneProps,
  domain: DomainState | undefined,
): string {
  if (mode.value === 'off') return 'Without an IOMMU there are no mappings.';
  if (domain === undefined) {
    const end = standstill(failure.value);
    if (end !== null) return `${end}: no device is in a domain any more.`;
    return (device.value?.domains ?? []).length === 0
      ? 'No domains yet. Linux makes one for each device when its IOMMU driver starts.'
      : 'This device is in no domain.';
  }
  if (domain.isBypass) return 'A bypass domain has no mappings: its devices reach all memory.';
  return 'Nothing is mapped here now: its devices reach no memory at all.';
}

export function MappingsPane(props: MappingsPaneProps): JSX.Element {
  const watched = props.watched.value;
  const device = props.device.value;
  const domain = device?.domains.find((each) => each.id === watched.domain);
  const isEmpty = domain === undefined || (watched.rows.length === 0 && domain.mappings === 0);
  return (
    <Pane id="mappings" title="Mappings" note="Memory that a device may reach.">
      <div class="totals">
        <DomainSelect
          device={props.device}
          watched={props.watched}
          info={props.info}
          onSelect={props.onSelect}
        />
        {domain === undefined ? null : (
          <p>
            <b>{formatPlural(domain.mappings, 'mapping')}</b> · {formatBytes(domain.bytes)}
          </p>
        )}
      </div>
      {domain === undefined || domain.isBypass ? null : (
        <IovaMap watched={props.watched} now={props.now} />
      )}
      {isEmpty ? (
        <p class="empty">{whyEmpty(props, domain)}</p>
      ) : (
        <MappingTable rows={watched.rows} />
      )}
      {domain !== undefined && watched.count > watched.rows.length ? (
        <p class="pane-foot">
          The first {formatExact(watched.rows.length)} of {formatExact(watched.count)} are shown.
        </p>
      ) : null}
      {domain !== undefined && watched.isIncomplete ? (
        <p class="pane-foot">Some mappings are not listed: nobody saw how Linux made them.</p>
      ) : null}
    </Pane>
  );
}
