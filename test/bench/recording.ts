// What a record costs a guest that reads: `npm run bench -- recording`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { READS } from './dma-reads.ts';
import { guestProcessFlags } from './guest-process-flags.ts';
import { SWITCHES } from './recording-guest.ts';
import { rowsOf, type OnProgress, type OnRow, type Samples } from './report.ts';
import { withRatios } from './samples.ts';

const RECORDING_ONCE = join(import.meta.dirname, 'recording-once.js');

/** Reads that the record says most of, and in which a guest makes most requests. */
const NAMES = ['virtio-blk', 'ide', '9p'];

/** Throws `Error` when what was printed is something else. */
function readSamples(text: string): Samples {
  const printed: unknown = JSON.parse(text);
  const samples = SWITCHES.map((mode): readonly [string, readonly number[]] => {
    const values: unknown = Reflect.get(Object(printed), mode);
    if (!Array.isArray(values)) throw new Error(`no reads ${mode} were measured: ${text}`);
    return [mode, values.map(Number)];
  });
  return Object.fromEntries(samples);
}

/** Each read has a guest, in a process of its own. Throws `Error` when one fails. */
export async function runRecording(
  runs: number,
  onRow: OnRow,
  onProgress: OnProgress,
): Promise<void> {
  for (const { name } of READS.filter((read) => NAMES.includes(read.name))) {
    onProgress(`recording: ${name}`);
    const words = [...guestProcessFlags(), RECORDING_ONCE, name, String(runs)];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the guest failed: ${stderr}`);
    const samples = withRatios(readSamples(stdout), 'off');
    rowsOf(`recording/${name}/switched`, 's', samples).forEach(onRow);
  }
}
