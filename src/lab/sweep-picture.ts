// A sweep as a picture: a panel for each endpoint, a dot for each page, by rising address from left to right and from top to bottom.

import { PAGE_COLUMNS, pageShapes } from './page-shapes.ts';
import { PAGE_READ, PAGE_WRITE, PAGE_WRONG, reachedPages } from './page-sweep.ts';
import type { SweepResult } from './sweep.ts';

/** A sweep, and when it was. */
export interface SweptStage {
  readonly name: string;
  readonly result: SweepResult;
}

const PANEL = 240;
const GAP = 16;
const TITLE = 44;
const LABEL = 22;
const FOOT = 36;
const MARGIN = 20;

const COLORS: readonly (readonly [bits: number, color: string, words: string])[] = [
  [PAGE_READ, '#1f77b4', 'read only'],
  [PAGE_WRITE, '#b8860b', 'write only'],
  [PAGE_READ | PAGE_WRITE, '#2e8b57', 'read and write'],
];
const WRONG = '#d62728';
/** Behind what an endpoint reaches that makes no access now. */
const NO_MASTER = ', once it masters the bus';

/** The picture as SVG. */
export function sweepPicture(stages: readonly SweptStage[]): string {
  const columns = Math.max(1, ...stages.map(({ result }) => result.endpoints.length));
  const width = Math.max(2 * MARGIN + columns * (PANEL + GAP) - GAP, 640);
  const height = TITLE + stages.length * (LABEL + PANEL + LABEL + GAP) + FOOT;
  const rows = stages.map((stage, index) =>
    rowOf(stage, TITLE + index * (LABEL + PANEL + LABEL + GAP)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<title>What each endpoint can reach</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="26" font-size="16" font-weight="600">What each endpoint can reach: one dot a page, 0 at the top left, 4 GiB at the bottom right</text>
${rows.join('\n')}
${legend(height - FOOT / 2)}
</svg>
`;
}

function rowOf({ name, result }: SweptStage, y: number): string {
  const words = `${name}: after event ${result.sequence}, ${result.accesses.toLocaleString('en')} accesses, ${result.leaked} leaked, ${result.wronglyBlocked} wrongly blocked`;
  const panels = result.endpoints.map(({ name: endpoint, map, isMaster }, index) => {
    const reached = reachedPages(map);
    const x = MARGIN + index * (PANEL + GAP);
    return `<g transform="translate(${x} ${y + LABEL})">
<text y="-6">${escape(endpoint)}: ${reached.toLocaleString('en')} ${reached === 1 ? 'page' : 'pages'}${isMaster ? '' : NO_MASTER}</text>
<svg width="${PANEL}" height="${PANEL}" viewBox="0 0 ${PAGE_COLUMNS} ${PAGE_COLUMNS}" overflow="hidden"><rect width="${PAGE_COLUMNS}" height="${PAGE_COLUMNS}" fill="#eee"/>${dots(map)}</svg>
</g>`;
  });
  const below = y + LABEL + PANEL + 16;
  return `${panels.join('\n')}\n<text x="${MARGIN}" y="${below}" fill="#555">${escape(words)}</text>`;
}

function dots(map: Uint8Array): string {
  return [...pageShapes(map)]
    .map(
      ({ bits, x, y, width, height }) =>
        `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colorOf(bits)}"/>`,
    )
    .join('');
}

function colorOf(bits: number): string {
  if ((bits & PAGE_WRONG) !== 0) return WRONG;
  return COLORS.find(([each]) => each === bits)?.[1] ?? WRONG;
}

function legend(y: number): string {
  const entries = [
    ...COLORS.map(([, color, words]) => [color, words] as const),
    [WRONG, 'wrong'] as const,
  ];
  return [...entries, ['#eee', 'stopped'] as const]
    .map(
      ([color, words], index) =>
        `<rect x="${MARGIN + index * 120}" y="${y - 10}" width="12" height="12" fill="${color}" stroke="#999"/><text x="${MARGIN + 18 + index * 120}" y="${y}">${words}</text>`,
    )
    .join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
