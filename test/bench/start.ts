// How soon the page is there: from its snapshot, and by a boot from power-on. `npm run bench -- start`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { packageRoot } from '../../src/guest/package-root.ts';
import { rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';
import { withRatios } from './samples.ts';
import { STARTS, StartBrowser, type StartName } from './start-browser.ts';
import type { StartTimes } from './start-probe.ts';

const NAMES = Object.keys(STARTS).filter(isStartName);

/** The rows, and which of the times each has. */
const ROWS = [
  ['first-paint', 'paintMs'],
  ['first-mapping', 'mappingMs'],
  ['ready', 'readyMs'],
  ['echo', 'echoMs'],
] as const satisfies readonly (readonly [string, keyof StartTimes])[];

type Turn = Readonly<Record<StartName, StartTimes>>;

function isStartName(name: string): name is StartName {
  return Object.hasOwn(STARTS, name);
}

/** Builds the snapshot and the page, as `npm run build` does. Throws `Error`. */
async function buildPage(): Promise<void> {
  const root = packageRoot();
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/src/ready/build-ready.js')],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the snapshot could not be built: ${stderr}`);
  await build({
    root: join(root, 'web'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
  });
}

async function takeTurn(
  browser: StartBrowser,
  order: readonly StartName[],
  onVisit: (name: StartName, times: StartTimes) => void,
): Promise<Turn> {
  const none = { paintMs: 0, mappingMs: 0, readyMs: 0, echoMs: 0 };
  const turn: Record<StartName, StartTimes> = { snapshot: none, power_on: none };
  for (const name of order) {
    turn[name] = await browser.visit(name);
    onVisit(name, turn[name]);
  }
  return turn;
}

function samplesOf(turns: readonly Turn[], key: keyof StartTimes): Samples {
  return Object.fromEntries(NAMES.map((name) => [name, turns.map((turn) => turn[name][key])]));
}

/**
 * Opens the page so many times each way by turns, every other turn the other way round, after one of each that fills the
 * browser's cache and does not count. Rejects with `Error` when there is no Chromium or the PC does not start.
 */
export async function runStart(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  onProgress('builds the page');
  await buildPage();
  const browser = await StartBrowser.open();
  const turns: Turn[] = [];
  try {
    for (let number = 0; number <= runs; number += 1) {
      const label = number === 0 ? 'warm-up' : String(number);
      const order = number % 2 === 0 ? NAMES : NAMES.toReversed();
      const turn = await takeTurn(
        browser,
        order,
        (name, { paintMs, mappingMs, readyMs, echoMs }) => {
          const times = [paintMs, mappingMs, readyMs, echoMs]
            .map((ms) => ms.toFixed(0).padStart(5))
            .join(' ');
          onProgress(
            `${label.padEnd(8)} ${name.padEnd(9)}  first paint, mapping, ready, echo: ${times} ms`,
          );
        },
      );
      if (number > 0) turns.push(turn);
    }
  } finally {
    await browser.close();
  }
  for (const [row, key] of ROWS) {
    rowsOf(`start/${row}`, 'ms', withRatios(samplesOf(turns, key), 'power_on')).forEach(onRow);
  }
}
