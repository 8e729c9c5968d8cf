// Every device behind the IOMMU, where it stands, and how busy it is.

import type { JSX } from 'preact';
import type { EndpointState } from '../../src/iommu/events/iommu-event.ts';
import type { EndpointInfo } from '../../src/worker/api/api.ts';
import { formatBytes, formatCount, formatExact } from '../format/quantity.ts';
import type { MachineSession } from '../machine-session.ts';
import { ACTIVITY_SAMPLES } from '../model/endpoint-activity.ts';
import { sparklinePath } from '../canvas/sparkline.ts';
import { Pane } from './pane.tsx';

const SPARK_WIDTH = 46;
const SPARK_HEIGHT = 16;
/** How long a stopped access keeps its row red. */
const ALARM_MS = 4_000;

interface RowProps {
  readonly session: MachineSession;
  readonly info: EndpointInfo;
  readonly state: EndpointState | undefined;
}

function modeWords(state: EndpointState): string {
  if (state.mode === 'blocked') return 'Blocked';
  if (state.mode === 'bypass') return state.domain === null ? 'Bypass' : `Bypass D${state.domain}`;
  return `Domain ${state.domain ?? '?'}`;
}

/** What an endpoint's state means for it. */
function modeSentence(state: EndpointState): string {
  if (state.mode === 'blocked') return 'Attached to no domain: every access is stopped.';
  if (state.mode === 'bypass') {
    return state.domain === null
      ? 'In bypass: until its driver attaches it, it reaches all memory.'
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

function Activity({ session, id }: { session: MachineSession; id: number }): JSX.Element {
  const samples = session.model.activity.samples(id);
  const isBusy = (samples.at(-1) ?? 0) > 0;
  return (
    <svg
      class="spark"
      data-busy={isBusy}
      width={SPARK_WIDTH}
      height={SPARK_HEIGHT}
      viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
      role="img"
      aria-label={isBusy ? 'busy' : 'idle'}
    >
      <path d={`M0 ${SPARK_HEIGHT - 0.5}H${SPARK_WIDTH}`} class="spark-base" />
      <path d={sparklinePath(samples, ACTIVITY_SAMPLES, SPARK_WIDTH, SPARK_HEIGHT)} />
    </svg>
  );
}

function EndpointRow({ session, info, state }: RowProps): JSX.Element {
  const selection = session.selection.value;
  const isSelected = selection.kind === 'endpoint' && selection.id === info.id;
  const isAlarmed = session.now() - session.model.activity.lastBlockedMs(info.id) < ALARM_MS;
  const pick = (): void => {
    if (isSelected) session.select({ kind: 'none' });
    else session.pickEndpoint(info.id);
  };
  return (
    <tr class="endpoint" data-selected={isSelected} data-alarm={isAlarmed} onClick={pick}>
      <th scope="row">
        <button
          type="button"
          class="row-button"
          aria-pressed={isSelected}
          title={info.description}
          onClick={(event) => {
            event.stopPropagation();
            pick();
          }}
        >
          {info.name}
        </button>
      </th>
      <td class="place">
        {info.location} <span class="quiet">EP&nbsp;{info.id}</span>
      </td>
      <td>
        {session.mode.value === 'off' ? (
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
      {session.mode.value === 'off' ? null : (
        <>
          <td class="spark-cell">
            <Activity session={session} id={info.id} />
          </td>
          <Count
            value={state?.translated ?? 0}
            bytes={state?.translatedBytes ?? 0}
            tone="translated"
          />
          <Count value={state?.bypassed ?? 0} bytes={state?.bypassedBytes ?? 0} tone="bypass" />
          <Count value={state?.blocked ?? 0} bytes={state?.blockedBytes ?? 0} tone="blocked" />
        </>
      )}
    </tr>
  );
}

/** What the selected endpoint is, or what is not in the table. */
function Detail({ session }: { session: MachineSession }): JSX.Element | null {
  const info = session.info.value;
  if (info === null) return null;
  const selection = session.selection.value;
  const selected = info.endpoints.find(
    (each) => selection.kind === 'endpoint' && each.id === selection.id,
  );
  if (selected !== undefined) {
    const state = session.model.state?.endpoints.find((each) => each.id === selected.id);
    return (
      <p class="pane-foot">
        <b>{selected.name}</b> at {selected.location}, endpoint {selected.id}.{' '}
        {selected.description}. {state === undefined ? '' : modeSentence(state)}
      </p>
    );
  }
  if (info.outside.length === 0 || session.mode.value === 'off') return null;
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

function EndpointTable({ session }: { session: MachineSession }): JSX.Element {
  const info = session.info.value;
  const states = new Map(session.model.state?.endpoints.map((each) => [each.id, each]));
  if (info === null) return <p class="empty">The devices appear as soon as the PC has power.</p>;
  return (
    <div class="scroll">
      <table
        class="table endpoints-table"
        aria-label="Endpoints"
        data-power={session.failure.value?.kind === 'powered-off' ? 'off' : 'on'}
      >
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col" class="place">
              Place
            </th>
            <th scope="col">State</th>
            {session.mode.value === 'off' ? null : (
              <>
                <th scope="col" class="spark-cell">
                  Activity
                </th>
                <CountHead name="Translated" short="Transl." title="Accesses through a mapping" />
                <CountHead name="Bypassed" short="Byp." title="Accesses let through unchecked" />
                <CountHead name="Blocked" short="Blocked" title="Accesses that were stopped" />
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {info.endpoints.map((each) => (
            <EndpointRow key={each.id} session={session} info={each} state={states.get(each.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function EndpointsPane({ session }: { session: MachineSession }): JSX.Element {
  const isOff = session.mode.value === 'off';
  return (
    <Pane
      id="endpoints"
      title="Endpoints"
      note={isOff ? 'Devices that access memory by themselves.' : 'Devices behind the IOMMU.'}
    >
      {isOff ? (
        <p class="empty">
          This PC has no IOMMU: its devices reach all of its memory and nobody looks. Set{' '}
          <b>IOMMU</b> to Translated to bring it back.
        </p>
      ) : null}
      <EndpointTable session={session} />
      <Detail session={session} />
    </Pane>
  );
}
