// `npm run wasm:coverage`: which lines of wasm/assembly the property tests reach.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { compileInstrumented } from './build.ts';
import { HITS_VARIABLE, STORE_VARIABLE, type Point } from './points.ts';
import { describeSummaries, percentage, summarise, total } from './summary.ts';

const USAGE = `Usage: npm run wasm:coverage -- [--threshold PERCENT]

Builds the mapping store with counters, runs its property tests over it and prints for each source of wasm/assembly how
many of the lines with code they reached, and the numbers of the others.

  --threshold  below how much of all lines the run fails, default 95`;
const CONFIG = 'test/vitest.wasm-coverage.config.ts';
const VITEST = 'node_modules/vitest/vitest.mjs';
const root = packageRoot();

/** The percentage asked for, to be told the usage, or nothing sensible. */
function readThreshold(): number | 'help' | undefined {
  try {
    const { values } = parseArgs({
      options: {
        threshold: { type: 'string', default: '95' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return 'help';
    const threshold = Number(values.threshold);
    return threshold >= 0 && threshold <= 100 ? threshold : undefined;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** Both modules in one, which has what tests ask of either; all else as in wasm/asconfig.json. */
function build(outFile: string): Promise<readonly Point[]> {
  const entries = ['wasm/assembly/index.ts', 'wasm/assembly/extras.ts'];
  const config = ['--baseDir', root, '--config', 'wasm/asconfig.json', '--target', 'extras'];
  return compileInstrumented([...entries, ...config, '--outFile', outFile]);
}

/** Numbers of the points that the tests have reached; undefined when a test failed. */
function runTests(storeFile: string, hitsFolder: string): ReadonlySet<number> | undefined {
  const { status } = spawnSync('node', [VITEST, 'run', '--config', CONFIG], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [STORE_VARIABLE]: storeFile, [HITS_VARIABLE]: hitsFolder },
  });
  if (status !== 0) return undefined;
  const lists = readdirSync(hitsFolder).map((name) => readHits(join(hitsFolder, name)));
  return new Set(lists.flat());
}

function readHits(file: string): readonly number[] {
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(list) ? list.filter((point) => typeof point === 'number') : [];
}

async function measure(threshold: number, folder: string): Promise<boolean> {
  const storeFile = join(folder, 'store.wasm');
  const hitsFolder = join(folder, 'hits');
  mkdirSync(hitsFolder);
  const points = await build(storeFile);
  const hits = runTests(storeFile, hitsFolder);
  if (hits === undefined) {
    console.error('nothing was measured: a property test failed');
    return false;
  }
  const summaries = summarise(points, hits);
  console.log(describeSummaries(summaries).join('\n'));
  const reached = percentage(total(summaries));
  if (reached >= threshold) return true;
  console.error(`\nreached ${reached.toFixed(1)} % of the lines, which is below ${threshold} %`);
  return false;
}

const threshold = readThreshold();
if (threshold === 'help') {
  console.log(USAGE);
} else if (threshold === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'viommu-wasm-coverage-'));
  try {
    process.exitCode = (await measure(threshold, folder)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
