// The sweep: what each device can reach of 4 GiB, tried page by page, and whether anything leaks.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SweptEndpoint, SweepResult } from '../../src/worker/api/lab.ts';
import { drawPageDots } from '../canvas/page-dots.ts';
import { formatExact } from '../format/quantity.ts';
import { theme } from '../theme.ts';
import { Pane } from './pane.tsx';
import { sweepRow, sweepVerdict, type SweepRow } from './sweep-words.ts';
import { TableHead } from './table-head.tsx';

/** As the session has it. */
export type ShownSweep =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly result: SweepResult }
  | { readonly kind: 'failed'; readonly message: string };

export interface SweepPaneProps {
  readonly sweep: ReadonlySignal<ShownSweep>;
  /** Why no sweep can be made now; null when one can. */
  readonly notReady: ReadonlySignal<string | null>;
  readonly onSweep: () => void;
}

const HEADS = [
  { name: 'Device' },
  { name: 'Reads', title: 'Pages that it can read', isNumber: true },
  { name: 'Writes', title: 'Pages that it can write', isNumber: true },
  { name: 'Wrong', title: 'Pages that did not answer as the requests say', isNumber: true },
] as const;

/** Names of the theme's colours, by what can be done with a page. */
const COLORS = ['', '--map-read', '--map-write', '--map-both'] as const;
const WRONG_BIT = 4;

function Panel({ endpoint, row }: { endpoint: SweptEndpoint; row: SweepRow }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const currentTheme = theme.value;
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    drawPageDots(element, endpoint.map, (bits) => {
      if (bits === 0) return null;
      const name = (bits & WRONG_BIT) === 0 ? (COLORS[bits] ?? '') : '--map-stopped';
      return style.getPropertyValue(name).trim();
    });
  }, [endpoint, currentTheme]);
  return (
    <figure class="sweep-panel">
      <canvas ref={canvas} aria-hidden="true" />
      <figcaption>
        <b>{endpoint.name}</b> {row.words}
      </figcaption>
    </figure>
  );
}

function Found({ result }: { readonly result: SweepResult }): JSX.Element {
  const rows = result.endpoints.map(sweepRow);
  const verdict = sweepVerdict(result);
  return (
    <>
      <p class="result" data-tone={verdict.isGood ? 'good' : 'warning'} role="status">
        <b>{verdict.short}</b> {verdict.text}
      </p>
      <div class="sweep-panels">
        {result.endpoints.map((endpoint, index) => {
          const row = rows[index];
          return row === undefined ? null : (
            <Panel key={endpoint.id} endpoint={endpoint} row={row} />
          );
        })}
      </div>
      <ul class="sweep-legend" aria-hidden="true">
        <li data-reach="read">can read</li>
        <li data-reach="write">can write</li>
        <li data-reach="both">both</li>
        <li data-reach="wrong">wrong</li>
        <li data-reach="none">stopped, or no memory</li>
      </ul>
      <table class="table dense" aria-label="What each device can reach">
        <TableHead heads={HEADS} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td class="number">{formatExact(row.reads)}</td>
              <td class="number">{formatExact(row.writes)}</td>
              <td class="number">{formatExact(row.wrong)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Body({ sweep }: { readonly sweep: ShownSweep }): JSX.Element | null {
  switch (sweep.kind) {
    case 'none':
      return (
        <p class="empty">
          A sweep tries to read and write every page of 4 GiB as each device, and compares the
          results with a second IOMMU that knows only the driver’s requests. The PC stands still for
          some seconds and does not notice.
        </p>
      );
    case 'running':
      return (
        <p class="empty">
          <progress value={sweep.done} max={sweep.of} aria-label="Progress of the sweep" /> The PC
          stands still during {formatExact(sweep.of)} passes over 1,048,576 pages.
        </p>
      );
    case 'failed':
      return (
        <p class="result" data-tone="blocked" role="alert">
          <b>No sweep.</b> {sweep.message}
        </p>
      );
    case 'done':
      return <Found result={sweep.result} />;
  }
}

export function SweepPane({ sweep, notReady, onSweep }: SweepPaneProps): JSX.Element {
  const shown = sweep.value;
  const reason = notReady.value;
  const isRunning = shown.kind === 'running';
  return (
    <Pane
      id="sweep"
      title="Sweep"
      note="Page by page."
      tools={
        <button
          type="button"
          class="button button-small"
          disabled={reason !== null || isRunning}
          title={reason ?? undefined}
          onClick={onSweep}
        >
          {shown.kind === 'done' ? 'Sweep again' : 'Sweep'}
        </button>
      }
    >
      <div class="lab-body scroll" tabIndex={0} role="group" aria-label="The sweep, scrollable">
        {reason === null || shown.kind === 'done' ? null : <p class="pane-foot">{reason}.</p>}
        <Body sweep={shown} />
      </div>
    </Pane>
  );
}
