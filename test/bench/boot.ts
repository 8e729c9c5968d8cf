// How much longer the guest boots behind its IOMMU: `npm run bench -- boot`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { assert } from '../../src/base/assert.ts';
import { BOOT_MODES, readBootRun, type BootMode, type BootRun } from './boot-run.ts';
import { guestProcessFlags } from './guest-process-flags.ts';
import { checkRepeats, checkUnnoticed, recordingRows, withRatios } from './samples.ts';
import { exactRow, rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';

const BOOT_ONCE = join(import.meta.dirname, 'boot-once.js');
/** A guest that takes longer is taken for stuck. */
const LONGEST_BOOT_MS = 120_000;

/** Boots once in a process of its own, as a user would. Throws `Error` when the boot fails. */
function bootOnce(mode: BootMode): BootRun {
  const words = [...guestProcessFlags(), BOOT_ONCE, mode];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: LONGEST_BOOT_MS,
  });
  if (status !== 0) throw new Error(`the boot failed: ${stderr}`);
  return readBootRun(mode, stdout);
}

type Quantity = 'seconds' | 'cpuSeconds' | 'instructions';
type Turn = Readonly<Record<BootMode, BootRun>>;

/** Boots every machine once, in this order. */
function takeTurn(order: readonly BootMode[], onRun: (mode: BootMode, run: BootRun) => void): Turn {
  const runs = new Map<BootMode, BootRun>();
  for (const mode of order) {
    const run = bootOnce(mode);
    runs.set(mode, run);
    onRun(mode, run);
  }
  const runOf = (mode: BootMode): BootRun => {
    const run = runs.get(mode);
    assert(run !== undefined, 'every mode was booted');
    return run;
  };
  return {
    off: runOf('off'),
    lazy: runOf('lazy'),
    strict: runOf('strict'),
    recorded: runOf('recorded'),
    traced: runOf('traced'),
  };
}

function samplesOf(turns: readonly Turn[], key: Quantity): Samples {
  return Object.fromEntries(BOOT_MODES.map((mode) => [mode, turns.map((turn) => turn[mode][key])]));
}

/** The fastest boot of each mode: others on the host can only make one slower. */
function bestOf(turns: readonly Turn[]): Samples {
  const best = (mode: BootMode): number => Math.min(...turns.map((turn) => turn[mode].seconds));
  return Object.fromEntries(BOOT_MODES.map((mode) => [mode, [best(mode)]]));
}

/**
 * Boots every machine `runs` times by turns, so that a slow spell of the host hits all of them, and every other turn
 * the other way round; a turn before that fills the host's caches and is not counted. A ratio is the median over the
 * turns. Rejects with `Error` when a boot fails, or is not the same as one before.
 */
export async function runBoot(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const turns: Turn[] = [];
  for (let number = 0; number <= runs; number++) {
    const label = number === 0 ? 'warm-up' : String(number);
    const order = number % 2 === 0 ? BOOT_MODES : BOOT_MODES.toReversed();
    const turn = takeTurn(order, (mode, { seconds, cpuSeconds }) =>
      onProgress(
        `${label.padEnd(8)} ${mode.padEnd(8)}  ${seconds.toFixed(3)} s, CPU ${cpuSeconds.toFixed(3)} s`,
      ),
    );
    if (number > 0) turns.push(turn);
  }
  const row = (key: Quantity): Samples => withRatios(samplesOf(turns, key), 'off');
  rowsOf('boot', 's', row('seconds')).forEach(onRow);
  onRow(exactRow('boot/best', 's', withRatios(bestOf(turns), 'off')));
  rowsOf('boot/cpu', 's', row('cpuSeconds')).forEach(onRow);
  recordingRows('boot', samplesOf(turns, 'seconds'), samplesOf(turns, 'cpuSeconds')).forEach(onRow);
  for (const [mode, counts] of Object.entries(samplesOf(turns, 'instructions'))) {
    checkRepeats(
      `boots ${mode}`,
      counts.map((count) => [count]),
    );
  }
  checkUnnoticed('boots', samplesOf(turns, 'instructions'));
  onRow(exactRow('boot/instructions', 'instructions', row('instructions')));
}
