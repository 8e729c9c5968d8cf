// How many bytes devices reach after they were unmapped, over time: a panel for each mode.

import type { LateUnmap, WindowReport } from './unmap-window.ts';

/** A run, and what it was. */
export interface WindowRun {
  readonly name: string;
  readonly report: WindowReport;
}

const WIDTH = 960;
const PANEL = 180;
const GAP = 46;
const TITLE = 50;
const MARGIN = 64;
const COLOR = '#c2410c';

/** A moment, and the bytes within reach from then on. */
type Step = readonly [ms: number, bytes: number];

/** The picture as SVG; all panels have one scale. */
export function windowPicture(runs: readonly WindowRun[]): string {
  const height = TITLE + runs.length * (PANEL + GAP) + 10;
  const peak = Math.max(1, ...runs.map(({ report }) => report.peakBytes));
  const spanMs = Math.max(1, ...runs.map(({ report }) => report.toMs - report.fromMs));
  const panels = runs.map((run, index) =>
    panelOf(run, TITLE + index * (PANEL + GAP), { peak, spanMs }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<title>Bytes within reach after the driver has unmapped them</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="20" y="28" font-size="16" font-weight="600">Bytes within reach of a device after the driver has unmapped them</text>
${panels.join('\n')}
</svg>
`;
}

function panelOf(
  { name, report }: WindowRun,
  y: number,
  { peak, spanMs }: { peak: number; spanMs: number },
): string {
  const { fromMs, late, lateCount, unmaps, longestMs } = report;
  const width = WIDTH - MARGIN - 20;
  const x = (ms: number): number => round(MARGIN + ((ms - fromMs) / spanMs) * width);
  const top = (bytes: number): number => round(y + PANEL - (bytes / peak) * (PANEL - 20));
  let path = `M${MARGIN} ${y + PANEL}`;
  for (const [ms, bytes] of stepsOf(late, report.toMs)) path += `H${x(ms)}V${top(bytes)}`;
  path += `H${x(report.toMs)}V${y + PANEL}Z`;
  const words =
    lateCount === 0
      ? `${name}: none of ${unmaps} UNMAPs came late`
      : `${name}: ${lateCount} of ${unmaps} UNMAPs came late, the longest after ${longestMs.toFixed(1)} ms`;
  return `<text x="20" y="${y + 4}" font-weight="600">${words}</text>
<text x="${MARGIN - 6}" y="${y + 24}" text-anchor="end" fill="#555">${kib(peak)}</text>
<text x="${MARGIN - 6}" y="${y + PANEL}" text-anchor="end" fill="#555">0</text>
<path d="${path}" fill="${COLOR}" fill-opacity="0.35" stroke="${COLOR}"/>
<path d="M${MARGIN} ${y + 20}V${y + PANEL}H${WIDTH - 20}" fill="none" stroke="#888"/>
<text x="${WIDTH - 20}" y="${y + PANEL + 16}" text-anchor="end" fill="#555">${(spanMs / 1000).toFixed(1)} s of guest time</text>`;
}

/** The bytes within reach, from each moment at which they change. */
function stepsOf(late: readonly LateUnmap[], toMs: number): readonly Step[] {
  const changes = late.flatMap(({ openedMs, closedMs, bytes }): Step[] => [
    [openedMs, bytes],
    [closedMs ?? toMs, -bytes],
  ]);
  let reached = 0;
  return changes
    .toSorted(([one], [other]) => one - other)
    .map(([ms, change]): Step => {
      reached += change;
      return [ms, reached];
    });
}

function kib(bytes: number): string {
  return bytes >= 1024 ? `${Math.round(bytes / 1024)} KiB` : `${bytes}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
