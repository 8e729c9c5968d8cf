// How much longer the guest boots behind its IOMMU: `npm run bench -- boot`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Boot times of one mode in seconds of guest time to the prompt. */
export interface BootTimes {
  readonly seconds: readonly number[];
  readonly median: number;
}

export interface BootBenchmark {
  readonly translated: BootTimes;
  readonly off: BootTimes;
  /** Median behind the IOMMU by median without. */
  readonly ratio: number;
}

const COMMAND = join(import.meta.dirname, '..', '..', 'src', 'cli', 'viommu.js');
type Mode = 'translated' | 'off';

/** Boots once in a process of its own, as a user would. Throws when the boot fails. */
function bootSeconds(mode: Mode): number {
  const words = [COMMAND, 'boot', '--quiet', '--json', '--iommu', mode];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the boot failed: ${stderr}`);
  const report: unknown = JSON.parse(stdout);
  const seconds =
    typeof report === 'object' && report !== null ? Reflect.get(report, 'seconds') : undefined;
  if (typeof seconds !== 'number') throw new Error(`the report has no seconds: ${stdout}`);
  return seconds;
}

function timesOf(seconds: readonly number[]): BootTimes {
  const sorted = [...seconds].sort((one, other) => one - other);
  return { seconds, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

/** Boots both machines by turns, `runs` times each, so that a slow spell of the host hits both. */
export function benchmarkBoot(runs: number, onRun: (text: string) => void): BootBenchmark {
  const seconds: Record<Mode, number[]> = { translated: [], off: [] };
  for (let run = 1; run <= runs; run++) {
    for (const mode of ['translated', 'off'] as const) {
      const time = bootSeconds(mode);
      seconds[mode].push(time);
      onRun(`${run}  ${mode.padEnd(10)}  ${time.toFixed(3)} s`);
    }
  }
  const translated = timesOf(seconds.translated);
  const off = timesOf(seconds.off);
  return { translated, off, ratio: translated.median / off.median };
}
