// The mappings of one domain as a table.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { toIova } from '../../src/memory/address.ts';
import { formatAddress, formatRange, formatShortRange } from '../format/address.ts';
import { formatRights, rightsInWords } from '../format/iommu-words.ts';
import { formatBytes, formatExact, formatPlural } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import type { WatchedView } from '../model/views.ts';
import type { MappingRow } from '../model/watched-domain.ts';
import {
  DomainSelect,
  whyUnmapped,
  type DomainSelectProps,
  type EmptyFacts,
} from './domain-select.tsx';
import { Term } from '../glossary/term.tsx';
import { Pane } from './pane.tsx';
import { useRowWindow } from './row-window.ts';
import { TableHead } from './table-head.tsx';

const ROW_HEIGHT = 24;

export interface MappingsPaneProps extends DomainSelectProps, EmptyFacts {
  readonly watched: ReadonlySignal<WatchedView>;
  readonly chosen: ReadonlySignal<Locator | null>;
  readonly onChoose: (locator: Locator | null) => void;
}

interface RowProps {
  readonly row: MappingRow;
  readonly index: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Row({ row, index, isChosen, onChoose }: RowProps): JSX.Element {
  const size = row.end - row.start + 1n;
  return (
    <tr aria-rowindex={index + 2} data-selected={isChosen} onClick={onChoose}>
      <td title={formatRange(row.start, row.end)}>
        <button
          type="button"
          class="row-button"
          aria-pressed={isChosen}
          onClick={(event) => {
            event.stopPropagation();
            onChoose();
          }}
        >
          {formatShortRange(row.start, row.end)}
        </button>
      </td>
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

const HEADS = [
  { name: 'IOVA', title: 'The address range the device uses (IOVA)' },
  { name: 'GPA', title: 'Where it leads in the PC’s memory (guest-physical address)' },
  { name: 'Rights', title: 'What the device may do' },
  { name: 'Size', isNumber: true },
] as const;

/** Whether a row is of what is selected. */
function isChosen(row: MappingRow, domain: number | null, chosen: Locator | null): boolean {
  if (chosen === null || !('domain' in chosen) || chosen.domain !== domain) return false;
  if (chosen.kind === 'mapping') return chosen.id === row.id;
  return row.start <= chosen.iova && chosen.iova <= row.end;
}

type TableProps = Pick<MappingsPaneProps, 'watched' | 'chosen' | 'onChoose'>;

function MappingTable({ watched, chosen, onChoose }: TableProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, domain } = watched.value;
  const selected = chosen.value;
  const view = useRowWindow(scroller, rows.length, ROW_HEIGHT);
  const choose = (row: MappingRow): void => {
    if (domain === null) return;
    const isSame = isChosen(row, domain, selected);
    const locator: Locator = { kind: 'mapping', domain, iova: toIova(row.start), id: row.id };
    onChoose(isSame ? { kind: 'domain', id: domain } : locator);
  };
  return (
    <div class="scroll" ref={scroller} tabIndex={0} role="group" aria-label="Mappings, scrollable">
      <table class="table dense mono" aria-label="Mappings" aria-rowcount={rows.length + 1}>
        <TableHead heads={HEADS} />
        <tbody>
          <tr class="spacer" style={{ height: `${view.spaceBefore}px` }} aria-hidden="true" />
          {rows.slice(view.first, view.end).map((row, offset) => (
            <Row
              key={row.start}
              row={row}
              index={view.first + offset}
              isChosen={isChosen(row, domain, selected)}
              onChoose={() => choose(row)}
            />
          ))}
          <tr class="spacer" style={{ height: `${view.spaceAfter}px` }} aria-hidden="true" />
        </tbody>
      </table>
    </div>
  );
}

export function MappingsPane(props: MappingsPaneProps): JSX.Element {
  const watched = props.watched.value;
  const device = props.device.value;
  const domain = device?.domains.find((each) => each.id === watched.domain);
  const isEmpty = domain === undefined || (watched.rows.length === 0 && domain.mappings === 0);
  return (
    <Pane
      id="mappings"
      title="Mappings"
      note={
        <>
          <Term of="mapping">Memory</Term> a device may reach.
        </>
      }
    >
      <div class="totals">
        <DomainSelect {...props} />
        {domain === undefined ? null : (
          <p>
            <b>{formatPlural(domain.mappings, 'mapping')}</b> · {formatBytes(domain.bytes)}
          </p>
        )}
      </div>
      {isEmpty ? <p class="empty">{whyUnmapped(props, domain)}</p> : <MappingTable {...props} />}
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
