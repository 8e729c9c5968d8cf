// Every device behind the IOMMU, where it stands, and how busy it is.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type {
  EndpointInfo,
  IommuMode,
  MachineFailure,
  MachineInfo,
} from '../../src/worker/api/power.ts';
import { standstill } from '../format/readiness.ts';
import { formatBytes, formatCount, formatExact } from '../format/quantity.ts';
import type { Selection } from '../model/domain-choice.ts';
import { ACTIVITY_SAMPLES } from '../model/activity-watch.ts';
import { isBusy } from '../model/endpoint-activity.ts';
import type { ActivityView } from '../model/views.ts';
import { sparklinePath } from '../canvas/sparkline.ts';
import { Term } from '../glossary/term.tsx';
import { Pane } from './pane.tsx';

const SPARK_WIDTH = 46;
const SPARK_HEIGHT = 16;
/** How long a stopped access keeps its row red. */
const ALARM_MS = 4_000;

interface DetailProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly device: ReadonlySignal<IommuState | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly selection: ReadonlySignal<Selection>;
}

interface TableProps extends DetailProps {
  readonly failure: ReadonlySignal<MachineFailure | null>;
  readonly activity: ReadonlySignal<ActivityView>;
  /** Whether accesses are counted: the traces of others do not tell of them. */
  readonly isCounted: ReadonlySignal<boolean>;
  readonly onPick: (endpoint: number) => void;
  readonly onSelect: (selection: Selection) => void;
}

export type EndpointsPaneProps = TableProps;

interface RowProps {
  readonly info: EndpointInfo;
  readonly state: EndpointState | undefined;
  readonly activity: ActivityView;
  readonly isCounted: boolean;
  readonly isOff: boolean;
  readonly isSelected: boolean;
  /** It is in the domain of what is selected. */
  readonly isLit: boolean;
  readonly onPick: () => void;
}

function modeWords(state: EndpointState): string {
  if (state.mode === 'blocked') return 'Blocked';
  if (!state.isMaster && state.mode === 'bypass') return 'Silent';
  if (state.mode === 'bypass') return state.domain === null ? 'Bypass' : `Bypass D${state.domain}`;
  return `Domain ${state.domain ?? '?'}`;
}

/** What an endpoint's state means for it. */
function modeSentence(state: EndpointState): string {
  if (state.mode === 'blocked') return 'Attached to no domain: every access is stopped.';
  if (!state.isMaster && state.mode === 'bypass') {
    return 'Its bus mastering is off: it begins no access. Once its driver switches it on, nothing stops it.';
  }
  if (state.mode === 'bypass') {
    return state.domain === null
      ? 'In no domain: no driver has taken it, or it was unplugged. Boot bypass is on, so all memory is open to it.'
      : 'In a bypass domain: it reaches all memory.';
  }
  return `Reaches only what is mapped in domain ${state.domain ?? '?'}.`;
}

function Count({
  value,
  bytes,
  tone,
}: {
  value: number;
  bytes: number;
  tone: string;
}): JSX.Element {
  return (
    <td
      class={`number ${value > 0 ? `tone-${tone}` : 'tone-none'}`}
      title={`${formatExact(value)} accesses, ${formatBytes(bytes)}`}
    >
      {formatCount(value)}
    </td>
  );
}

function Counts({ state }: { readonly state: EndpointState | undefined }): JSX.Element {
  return (
    <>
      <Count value={state?.translated ?? 0} bytes={state?.translatedBytes ?? 0} tone="translated" />
      <Count value={state?.bypassed ?? 0} bytes={state?.bypassedBytes ?? 0} tone="bypass" />
      <Count value={state?.blocked ?? 0} bytes={state?.blockedBytes ?? 0} tone="blocked" />
    </>
  );
}

function NotTold(): JSX.Element {
  return (
    <td class="number tone-none" title="The trace does not tell">
      –
    </td>
  );
}

/** A narrow column's head: the short form is for the eyes only. */
function CountHead(head: { name: string; short: string; title: string }): JSX.Element {
  return (
    <th scope="col" class="number" title={head.title}>
      <span class="long">{head.name}</span>
      <span class="short" aria-hidden="true">
        {head.short}
      </span>
    </th>
  );
}

function Activity({ samples }: { samples: readonly number[] }): JSX.Element {
  const busy = isBusy(samples);
  return (
    <svg
      class="spark"
      data-busy={busy}
      width={SPARK_WIDTH}
      height={SPARK_HEIGHT}
      viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
      role="img"
      aria-label={busy ? 'busy' : 'idle'}
    >
      <path d={`M0 ${SPARK_HEIGHT - 0.5}H${SPARK_WIDTH}`} class="spark-base" />
      <path d={sparklinePath(samples, ACTIVITY_SAMPLES, SPARK_WIDTH, SPARK_HEIGHT)} />
    </svg>
  );
}

function EndpointRow(props: RowProps): JSX.Element {
  const { info, state, activity, isCounted, isOff, isSelected, isLit, onPick } = props;
  const isAlarmed = activity.nowMs - activity.lastBlockedMs(info.id) < ALARM_MS;
  return (
    <tr
      class="endpoint"
      data-selected={isSelected}
      data-lit={isLit}
      data-alarm={isAlarmed}
      onClick={onPick}
    >
      <th scope="row">
        <button
          type="button"
          class="row-button"
          aria-pressed={isSelected}
          title={info.description}
          onClick={(event) => {
            event.stopPropagation();
            onPick();
          }}
        >
          {info.name}
        </button>
      </th>
      <td class="place">
        {info.location} <span class="quiet">EP&nbsp;{info.id}</span>
      </td>
      <td>
        {isOff ? (
          <span class="badge badge-bypass" title="No IOMMU: it reaches all memory.">
            All memory
          </span>
        ) : state === undefined ? (
          <span class="badge">–</span>
        ) : (
          <span class={`badge badge-${state.mode}`} title={modeSentence(state)}>
            {modeWords(state)}
          </span>
        )}
      </td>
      {isOff ? null : (
        <>
          <td class="spark-cell">
            {isCounted ? <Activity samples={activity.samples(info.id)} /> : null}
          </td>
          {isCounted ? <Counts state={state} /> : [<NotTold />, <NotTold />, <NotTold />]}
        </>
      )}
    </tr>
  );
}

/** What the selected endpoint is, or what is not in the table. */
function Detail(props: DetailProps): JSX.Element | null {
  const info = props.info.value;
  if (info === null) return null;
  const selection = props.selection.value;
  const selected = info.endpoints.find(
    (each) => selection.kind === 'endpoint' && each.id === selection.id,
  );
  if (selected !== undefined) {
    const state = props.device.value?.endpoints.find((each) => each.id === selected.id);
    return (
      <p class="pane-foot">
        <b>{selected.name}</b> at {selected.location}, endpoint {selected.id}.{' '}
        {selected.description}. {state === undefined ? '' : modeSentence(state)}
      </p>
    );
  }
  if (info.outside.length === 0 || props.mode.value === 'off') return null;
  return (
    <details class="pane-foot outside">
      <summary>
        {info.outside.length} {info.outside.length === 1 ? 'device is' : 'devices are'} outside the
        IOMMU
      </summary>
      <ul>
        {info.outside.map(({ name, reason }) => (
          <li>
            <b>{name}</b>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function EndpointTable(props: TableProps): JSX.Element {
  const { onPick, onSelect } = props;
  const info = props.info.value;
  const selection = props.selection.value;
  const isOff = props.mode.value === 'off';
  const states = new Map(props.device.value?.endpoints.map((each) => [each.id, each]));
  const isSelected = (id: number): boolean => selection.kind === 'endpoint' && selection.id === id;
  if (info === null) return <p class="empty">The devices appear as soon as the PC has power.</p>;
  return (
    <div class="scroll">
      <table
        class="table endpoints-table"
        aria-label="Endpoints"
        data-power={standstill(props.failure.value) === null ? 'on' : 'off'}
      >
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col" class="place">
              Place
            </th>
            <th scope="col">State</th>
            {isOff ? null : (
              <>
                <th scope="col" class="spark-cell">
                  Activity
                </th>
                <CountHead name="Translated" short="Transl." title="Accesses through a mapping" />
                <CountHead name="Bypassed" short="Byp." title="Accesses let through unchecked" />
                <CountHead name="Blocked" short="Bl." title="Accesses that were stopped" />
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {info.endpoints.map((each) => (
            <EndpointRow
              key={each.id}
              info={each}
              state={states.get(each.id)}
              activity={props.activity.value}
              isCounted={props.isCounted.value}
              isOff={isOff}
              isSelected={isSelected(each.id)}
              isLit={selection.kind === 'domain' && states.get(each.id)?.domain === selection.id}
              onPick={() => {
                if (isSelected(each.id)) onSelect({ kind: 'none' });
                else onPick(each.id);
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function EndpointsPane(props: EndpointsPaneProps): JSX.Element {
  const { info, device, mode, selection, failure, activity, isCounted, onPick, onSelect } = props;
  const isOff = mode.value === 'off';
  return (
    <Pane
      id="endpoints"
      title="Endpoints"
      note={
        isOff ? (
          'Devices that access memory by themselves.'
        ) : (
          <>
            <Term of="endpoint">Devices</Term> behind the <Term of="iommu" />.
          </>
        )
      }
    >
      {isOff ? (
        <p class="empty">
          This PC has no IOMMU: its devices reach all of its memory and nobody looks. Set{' '}
          <b>IOMMU</b> to Translated to bring it back.
        </p>
      ) : null}
      <EndpointTable
        info={info}
        device={device}
        mode={mode}
        selection={selection}
        failure={failure}
        activity={activity}
        isCounted={isCounted}
        onPick={onPick}
        onSelect={onSelect}
      />
      <Detail info={info} device={device} mode={mode} selection={selection} />
    </Pane>
  );
}
