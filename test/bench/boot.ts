// How much longer the guest boots behind its IOMMU: `npm run bench -- boot`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { assert } from '../../src/base/assert.ts';
import { BOOT_MODES, readBootRun, type BootMode, type BootRun } from './boot-run.ts';
import { guestProcessFlags } from './guest-process-flags.ts';
import { round, rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';

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

type Quantity = 'seconds' | 'cpuSeconds' | 'megaInstructions';
type Turn = Readonly<Record<BootMode, BootRun>>;

/** Boots every machine once, in this order. */
function takeTurn(order: readonly BootMode[], onRun: (mode: BootMode, run: BootRun) => void): Turn {
  const turn: Partial<Record<BootMode, BootRun>> = {};
  for (const mode of order) {
    const run = bootOnce(mode);
    turn[mode] = run;
    onRun(mode, run);
  }
  const { off, on, recorded } = turn;
  assert(off !== undefined && on !== undefined && recorded !== undefined, 'every mode was booted');
  return { off, on, recorded };
}

/** What each mode took, and by how much more than the machine without an IOMMU of the same turn. */
function samplesOf(turns: readonly Turn[], key: Quantity): Samples {
  return {
    off: turns.map(({ off }) => off[key]),
    on: turns.map(({ on }) => on[key]),
    recorded: turns.map(({ recorded }) => recorded[key]),
    on_ratio: turns.map(({ off, on }) => on[key] / off[key]),
    recorded_ratio: turns.map(({ off, recorded }) => recorded[key] / off[key]),
  };
}

/** The fastest boot of each mode: others on the host can only make one slower. */
function bestOf(turns: readonly Turn[]): Readonly<Record<string, number>> {
  const best = (mode: BootMode): number => Math.min(...turns.map((turn) => turn[mode].seconds));
  const [off, on, recorded] = [best('off'), best('on'), best('recorded')];
  const all = { off, on, recorded, on_ratio: on / off, recorded_ratio: recorded / off };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, round(value)]));
}

/**
 * Boots every machine `runs` times by turns, so that a slow spell of the host hits all of them, and every other turn
 * the other way round; a turn before that fills the host's caches and is not counted. A ratio is the median over the
 * turns.
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
  rowsOf('boot', 's', samplesOf(turns, 'seconds')).forEach(onRow);
  onRow({ bench: 'boot/best', unit: 's', ...bestOf(turns) });
  rowsOf('boot/cpu', 's', samplesOf(turns, 'cpuSeconds')).forEach(onRow);
  rowsOf('boot/instructions', 'million', samplesOf(turns, 'megaInstructions')).forEach(onRow);
}
