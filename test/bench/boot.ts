// How much longer the guest boots behind its IOMMU: `npm run bench -- boot`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, round, rowsOf, type OnProgress, type OnRow } from './report.ts';

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

/** Boots both machines by turns, `runs` times each, so that a slow spell of the host hits both. */
export async function runBoot(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const seconds: Record<Mode, number[]> = { translated: [], off: [] };
  for (let run = 1; run <= runs; run++) {
    for (const mode of ['translated', 'off'] as const) {
      const time = bootSeconds(mode);
      seconds[mode].push(time);
      onProgress(`${run}  ${mode.padEnd(10)}  ${time.toFixed(3)} s`);
    }
  }
  rowsOf('boot', 's', seconds).forEach(onRow);
  const ratio = median(seconds.translated) / median(seconds.off);
  onRow({ bench: 'boot/ratio', unit: 'times off', translated: round(ratio) });
}
