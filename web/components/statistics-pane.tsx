// Statistics: what happened in the range, or in all that is kept; every row leads to the events that it counts, or to the thing.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Stack } from '../../src/trace/record/who.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { endpointName } from '../format/endpoint-name.ts';
import type { Clock } from '../format/clock.ts';
import { formatExact } from '../format/quantity.ts';
import type { Counted, StatisticsView } from '../model/statistics-view.ts';
import type { Lead, StatRow, StatTable } from '../statistics/stat-table.ts';
import { csvOf, jsonOf, statTables, summary } from '../statistics/tables.ts';
import { useClock } from './clock-context.ts';
import { Pane } from './pane.tsx';
import { TableHead } from './table-head.tsx';

export interface StatisticsPaneProps {
  readonly statistics: ReadonlySignal<StatisticsView>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Gives the driver's function on a stack. */
  readonly drivers: ReadonlySignal<(stack: Stack) => string | null>;
  readonly areDriversAsked: ReadonlySignal<boolean>;
  /** Counts until the function that it returns is called. */
  readonly onWatch: () => () => void;
  readonly onLead: (lead: Lead) => void;
  readonly onCopy: (text: string) => Promise<void>;
}

function Row({ row, onLead }: { readonly row: StatRow } & Pick<StatisticsPaneProps, 'onLead'>) {
  const { cells, lead } = row;
  const [first, ...others] = cells;
  const title = lead?.kind === 'filter' ? `List these events: ${lead.text}` : 'Select it';
  return (
    <tr>
      <th scope="row">
        {lead === null ? (
          first?.text
        ) : (
          <button type="button" class="link" title={title} onClick={() => onLead(lead)}>
            {first?.text}
          </button>
        )}
      </th>
      {others.map(({ text, value }) => (
        <td class={typeof value === 'number' || /\d/.test(text) ? 'number' : undefined}>{text}</td>
      ))}
    </tr>
  );
}

function Table({
  table,
  onLead,
}: { readonly table: StatTable } & Pick<StatisticsPaneProps, 'onLead'>) {
  const { id, title, heads, rows, note } = table;
  return (
    <div class="stat">
      <h3 id={`stat-${id}`}>{title}</h3>
      <div class="stat-scroll">
        <table class="table stat-table" aria-labelledby={`stat-${id}`}>
          <TableHead heads={heads} />
          <tbody>
            {rows.map((row) => (
              <Row row={row} onLead={onLead} />
            ))}
          </tbody>
        </table>
      </div>
      {note === null ? null : <p class="stat-note">{note}</p>}
    </div>
  );
}

/** What was counted, and whether it is still what is asked for. */
function scopeWords({ figures, isWhole, moment }: Counted, clock: Clock): string {
  const { range, span } = figures;
  const times = clock.isTime ? `${clock.between(range.fromMs, range.toMs)}, ` : '';
  const events =
    span.end > span.first
      ? `events #${formatExact(span.first)} to #${formatExact(span.end - 1)}`
      : 'no event';
  const what = isWhole ? 'All that is kept' : 'The range';
  return `${what}${moment === null ? '' : ' up to the moment you look at'}: ${times}${events}.`;
}

interface CopyProps extends Pick<StatisticsPaneProps, 'onCopy'> {
  readonly texts: () => readonly (readonly [name: string, text: string])[];
}

function Copy({ texts, onCopy }: CopyProps): JSX.Element {
  const [said, setSaid] = useState('');
  const copy = async (text: string, name: string): Promise<void> => {
    try {
      await onCopy(text);
      setSaid(`${name} copied.`);
    } catch {
      setSaid('The browser does not let this page copy.');
    }
  };
  return (
    <span class="stat-copy">
      <span class="quiet" role="status">
        {said}
      </span>
      {(['CSV', 'JSON'] as const).map((name) => (
        <button
          type="button"
          class="button button-small"
          title={`Copy all tables as ${name}`}
          onClick={() => void copy(texts().find(([each]) => each === name)?.[1] ?? '', name)}
        >
          Copy {name}
        </button>
      ))}
    </span>
  );
}

function Figures({ props, counted }: { readonly props: StatisticsPaneProps; counted: Counted }) {
  const info = props.info.value;
  const clock = useClock();
  const nameOf = (endpoint: number): string => endpointName(info, endpoint);
  const tables = statTables(counted, {
    nameOf,
    driverOf: props.drivers.value,
    isAsking: props.areDriversAsked.value,
    clock,
  });
  const texts = (): readonly (readonly [string, string])[] => [
    ['CSV', csvOf(tables)],
    ['JSON', jsonOf(counted, tables)],
  ];
  return (
    <>
      <div class="stat-head">
        <p class="stat-summary">{summary(counted, nameOf, clock)}</p>
        <p class="quiet">{scopeWords(counted, clock)}</p>
        <Copy texts={texts} onCopy={props.onCopy} />
      </div>
      <div class="stat-tables">
        {tables.map((table) => (
          <Table key={table.id} table={table} onLead={props.onLead} />
        ))}
      </div>
    </>
  );
}

/** While numbers of something else are shown, and while the first are on their way. */
function Progress({ view }: { readonly view: StatisticsView }): JSX.Element | null {
  const { counted, isCurrent, progress } = view;
  if (progress === null || (counted !== null && isCurrent)) return null;
  const what =
    counted === null ? 'Counting' : 'Counting; these figures are of what was chosen before';
  return (
    <p class="stat-progress" role="status">
      <progress max={1} value={progress} aria-label="Counted so far" /> {what} …
    </p>
  );
}

const NOTHING = 'Nothing to count yet: no event of an IOMMU is kept.';
const UNREACHABLE =
  'What counts could not be loaded. Check the connection, then close this pane and open it again.';

export function StatisticsPane(props: StatisticsPaneProps): JSX.Element {
  const { statistics, onWatch } = props;
  useEffect(() => onWatch(), [onWatch]);
  const view = statistics.value;
  const { counted, isCurrent } = view;
  return (
    <Pane
      id="statistics"
      title="Statistics"
      note="Of the time bar’s range, or of all that is kept."
    >
      <Progress view={view} />
      <div
        class="stat-body"
        data-current={isCurrent}
        tabIndex={0}
        role="group"
        aria-label="Figures"
      >
        {counted === null ? (
          view.progress === null ? (
            <p class="empty">{view.isUnreachable ? UNREACHABLE : NOTHING}</p>
          ) : null
        ) : (
          <Figures props={props} counted={counted} />
        )}
      </div>
    </Pane>
  );
}
