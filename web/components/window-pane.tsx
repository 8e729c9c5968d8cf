// The unmap window: what devices still reach after the driver has unmapped it.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { WindowReport } from '../../src/worker/api/lab.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { formatBytes, formatExact } from '../format/quantity.ts';
import { Pane } from './pane.tsx';
import { armedWords, windowPath, windowWords, type ArmedAccessView } from './window-words.ts';

export interface WindowPaneProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Why nothing can be armed now; null when it can. */
  readonly notReady: ReadonlySignal<string | null>;
  readonly armed: ReadonlySignal<ArmedAccessView>;
  readonly onArm: (endpoint: number) => void;
  readonly onDisarm: () => void;
  readonly report: ReadonlySignal<WindowReport | null>;
  readonly isWatching: ReadonlySignal<boolean>;
  readonly onWatch: (isOn: boolean) => void;
}

const WIDTH = 600;
const HEIGHT = 120;

function Facts({ report }: { readonly report: WindowReport }): JSX.Element {
  const { unmaps, lateCount, medianMs, longestMs, lateBytes, peakBytes } = report;
  const facts = [
    ['UNMAPs', formatExact(unmaps)],
    ['came late', formatExact(lateCount)],
    ['waited, median', `${medianMs.toFixed(1)} ms`],
    ['waited, longest', `${longestMs.toFixed(1)} ms`],
    ['within reach at a time', formatBytes(peakBytes)],
    ['in all', formatBytes(lateBytes)],
  ] as const;
  return (
    <dl class="window-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Shown({ report }: { readonly report: WindowReport }): JSX.Element {
  const words = windowWords(report);
  return (
    <>
      <p class="result" data-tone={report.lateCount === 0 ? 'good' : 'warning'} role="status">
        <b>{words.short}</b> {words.text}
      </p>
      {report.lateCount === 0 ? null : (
        <svg
          class="window-picture"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Bytes within reach after they were unmapped, over ${((report.toMs - report.fromMs) / 1000).toFixed(1)} s of the PC’s time: at most ${formatBytes(report.peakBytes)}`}
        >
          <path d={windowPath(report, WIDTH, HEIGHT)} />
        </svg>
      )}
      {report.lateCount === 0 ? null : <Facts report={report} />}
    </>
  );
}

type ArmedProps = Pick<WindowPaneProps, 'info' | 'notReady' | 'armed' | 'onArm' | 'onDisarm'>;

/** An access that is armed for the window. */
function Armed({ info, notReady, armed, onArm, onDisarm }: ArmedProps): JSX.Element {
  const endpoints = info.value?.endpoints ?? [];
  const [picked, setPicked] = useState<number | null>(null);
  const endpoint = endpoints.find(({ id }) => id === picked) ?? endpoints[0];
  const shown = armed.value;
  const words = armedWords(shown, endpoints);
  const isArmed = shown.kind === 'armed';
  return (
    <form
      class="window-armed"
      aria-label="Armed access"
      onSubmit={(event) => {
        event.preventDefault();
        if (isArmed) onDisarm();
        else if (endpoint !== undefined) onArm(endpoint.id);
      }}
    >
      <label class="control">
        <span>Armed access: read what was unmapped, as</span>
        <select
          class="field"
          disabled={isArmed || endpoint === undefined}
          value={String(endpoint?.id ?? '')}
          onChange={(event) => setPicked(Number(event.currentTarget.value))}
        >
          {endpoints.map(({ id, name }) => (
            <option key={id} value={String(id)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button
        type="submit"
        class={isArmed ? 'button' : 'button button-danger'}
        disabled={!isArmed && (notReady.value !== null || endpoint === undefined)}
        title={notReady.value ?? undefined}
      >
        {isArmed ? 'Disarm' : 'Arm'}
      </button>
      <div aria-live="polite">
        {words === null ? null : (
          <p class="result" data-tone={words.tone}>
            <b>{words.short}</b> {words.text}
          </p>
        )}
      </div>
    </form>
  );
}

export function WindowPane(props: WindowPaneProps): JSX.Element {
  const { report, isWatching, onWatch } = props;
  const shown = report.value;
  const isOn = isWatching.value;
  return (
    <Pane
      id="window"
      title="Unmap window"
      note="Reach after an unmap."
      tools={
        <button
          type="button"
          class="button button-small"
          aria-pressed={isOn}
          onClick={() => onWatch(!isOn)}
        >
          {isOn ? 'Stop' : 'Watch'}
        </button>
      }
    >
      <div class="lab-body scroll" tabIndex={0} role="group" aria-label="The window, scrollable">
        {shown === null ? (
          <p class="empty">
            {isOn
              ? 'Watching. Let the PC read a disk or the network.'
              : 'In strict mode Linux goes on when the IOMMU has carried an UNMAP out. In lazy mode (Machine…, how DMA goes) the request waits in the queue, and the device reaches the buffer until then. Watch, and let the PC read a disk.'}
          </p>
        ) : (
          <Shown report={shown} />
        )}
        <Armed {...props} />
      </div>
    </Pane>
  );
}
