// What it costs that the machine is deterministic, in Node and in Chromium: `npm run bench -- clock`.

import { loadGuestFiles } from '../support/loaded-files.ts';
import { raceClocksInChromium } from './clock-browser.ts';
import { raceClocks, type ClockTimes } from './clock-race.ts';
import { rowsOf, type OnProgress, type OnRow } from './report.ts';
import { withRatios } from './samples.ts';

const MS_PER_SECOND = 1000;

function report(host: string, times: ClockTimes, onRow: OnRow): void {
  for (const [name, samples] of Object.entries(times)) {
    const seconds = Object.entries(samples).map(([clock, values]) => [
      clock,
      values.map((ms) => ms / MS_PER_SECOND),
    ]);
    rowsOf(`clock/${host}/${name}`, 's', withRatios(Object.fromEntries(seconds), 'host')).forEach(
      onRow,
    );
  }
}

/** Races in this process, and then in a worker of Chromium. Rejects with `Error` when a guest fails. */
export async function runClock(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const times = await raceClocks(await loadGuestFiles(), runs, onProgress);
  report('node', times, onRow);
  report('chromium', await raceClocksInChromium(runs, onProgress), onRow);
}
