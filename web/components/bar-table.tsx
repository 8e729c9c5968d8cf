// The time bar as a table, for those who do not see its picture: the same stretch of time in a few rows.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatBytes, formatExact } from '../format/quantity.ts';
import { stageName } from '../format/stage-words.ts';
import type { Lanes } from '../timebar/lanes.ts';
import { useClock } from './clock-context.ts';
import { TableHead } from './table-head.tsx';

/** The lanes of the bar, and what each shows: where there is no pointer, there are no tooltips. */
export const BAR_LANES = [
  ['Stage', 'How far the start has come; the small ticks are lines on the console'],
  [
    'Reach',
    'Bytes that devices can reach, on a logarithmic scale. Amber: a device reaches all memory',
  ],
  ['Requests', 'Requests by kind: MAP green, UNMAP amber, others grey'],
  ['DMA', 'Bytes that devices read and wrote, each device in its colour'],
] as const;

const ROWS = 20;

const HEADS = [
  { name: 'Stage' },
  { name: 'Reach', isNumber: true },
  { name: 'Requests', isNumber: true },
  { name: 'DMA', isNumber: true },
  { name: 'Faults', isNumber: true },
  { name: 'Moment' },
] as const;

interface Row {
  readonly fromMs: number;
  readonly toMs: number;
  /** The last event in it; null where there is none. */
  readonly last: number | null;
  readonly stage: string;
  readonly requests: number;
  readonly faults: number;
  readonly dmaBytes: number;
  readonly reached: number;
}

/** Buckets, some at a time. */
export function tableRows({ edges, bounds, tally, dma, stages }: Lanes): readonly Row[] {
  const size = Math.max(1, Math.ceil(tally.count / ROWS));
  const rows: Row[] = [];
  for (let from = 0; from < tally.count; from += size) {
    const to = Math.min(tally.count, from + size);
    const fromMs = edges[from] ?? 0;
    const toMs = edges[to] ?? 0;
    const row = { requests: 0, faults: 0, dmaBytes: 0, reached: 0 };
    for (let at = from; at < to; at += 1) {
      for (const name of ['attach', 'detach', 'map', 'unmap', 'probe', 'ignored'] as const) {
        row.requests += tally.of(name, at);
      }
      row.faults += tally.of('faults', at);
      row.reached = Math.max(row.reached, tally.most[at] ?? 0);
      for (const { bytes } of dma) row.dmaBytes += bytes[at] ?? 0;
    }
    const [first = 0, end = 0] = [bounds[from], bounds[to]];
    const stage = stages.findLast(({ timeMs }) => timeMs < toMs)?.stage;
    rows.push({
      ...row,
      fromMs: Math.max(0, fromMs),
      toMs,
      last: end > first ? end - 1 : null,
      stage: stage === undefined ? '' : stageName(stage),
    });
  }
  return rows;
}

export interface BarTableProps {
  readonly lanes: Lanes;
  readonly onLook: (sequence: number) => void;
  readonly onClose: () => void;
}

export function BarTable({ lanes, onLook, onClose }: BarTableProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const clock = useClock();
  const spanMs = (lanes.edges.at(-1) ?? 0) - (lanes.edges[0] ?? 0);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog bar-table"
      aria-labelledby="bar-table-title"
      onClose={onClose}
    >
      <h2 id="bar-table-title">What the time bar shows</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="Table, scrollable">
        <table class="table">
          <TableHead heads={[{ name: clock.heading }, ...HEADS]} />
          <tbody>
            {tableRows(lanes).map((row) => (
              <tr key={row.fromMs}>
                <th scope="row" class="mono">
                  {clock.fine(row.fromMs, spanMs)}–{clock.fine(row.toMs, spanMs)}
                </th>
                <td>{row.stage}</td>
                <td class="number">
                  {row.reached === Infinity ? 'all memory' : formatBytes(row.reached)}
                </td>
                <td class="number">{formatExact(row.requests)}</td>
                <td class="number">{formatBytes(row.dmaBytes)}</td>
                <td class="number">{formatExact(row.faults)}</td>
                <td>
                  <Look last={row.last} onLook={onLook} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {clock.isTime ? null : <p class="quiet">{clock.title}.</p>}
      <dl class="facts">
        {BAR_LANES.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}.</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

function Look({ last, onLook }: { last: number | null; onLook: BarTableProps['onLook'] }) {
  if (last === null) return <span class="quiet">no event</span>;
  return (
    <button type="button" class="link" onClick={() => onLook(last)}>
      #{formatExact(last)}
    </button>
  );
}
