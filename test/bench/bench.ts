// `npm run bench -- NAME... [--runs N] [--json]`: what translation costs, beside other ways to do it (README.md).

import { DEFAULT_RUNS, HELP, parseArguments, UsageError, type BenchName } from './arguments.ts';
import { runBoot } from './boot.ts';
import { runChurn } from './churn.ts';
import { runClock } from './clock.ts';
import { runDma } from './dma.ts';
import { runFilter } from './filter.ts';
import { runLookup } from './lookup.ts';
import { runMemory } from './memory.ts';
import { formatTables, type BenchRow, type OnProgress, type OnRow } from './report.ts';
import { runRecording } from './recording.ts';
import { runStart } from './start.ts';

/** Hands over rows as they are measured, and lines for a human who waits. */
type Benchmark = (runs: number, onRow: OnRow, onProgress: OnProgress) => Promise<void>;

const BENCHMARKS: Readonly<Record<BenchName, Benchmark>> = {
  lookup: runLookup,
  churn: runChurn,
  memory: runMemory,
  boot: runBoot,
  dma: runDma,
  recording: runRecording,
  clock: runClock,
  start: runStart,
  filter: runFilter,
};

async function main(words: readonly string[]): Promise<void> {
  const { names, runs, isJson, isHelp } = parseArguments(words);
  if (isHelp) return console.log(HELP);
  const rows: BenchRow[] = [];
  const onRow: OnRow = (row) => {
    rows.push(row);
    if (isJson) console.log(JSON.stringify(row));
  };
  for (const name of names) {
    // Progress goes to stderr: stdout is the tables alone
    await BENCHMARKS[name](runs ?? DEFAULT_RUNS[name], onRow, (text) => console.error(text));
  }
  if (!isJson) console.log(formatTables(rows));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
