// `npm run test:long`: the model test, a million operations. Ends with the number of rounds that passed and failed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ReferenceStore } from '../../src/iommu/reference-store.ts';
import { WasmStore } from '../../src/iommu/wasm-store.ts';
import { packageRoot } from '../../src/testing/guest/package-root.ts';
import { findDifference } from './commands.ts';
import { EXPECTED_RULES, LONG_RUN_MINIMUM } from './expected-rules.ts';
import type { MakeStore } from './rig.ts';
import { Tally } from './tally.ts';

const USAGE = `Usage: npm run test:long -- [--operations N] [--seed N] [--path PATH] [--store wasm|reference]

  --operations  at least how many requests, DMA accesses and other commands, default 1000000
  --seed        where the random numbers begin, default 2017 or VIOMMU_SEED
  --path        where to begin within the round of that seed, as a failure prints it
  --store       only devices with this mapping store`;
const DEFAULT_SEED = 2017;
const DEFAULT_OPERATIONS = 1_000_000;
const RUNS_OF_A_ROUND = 100;
const PROGRESS_MS = 5000;

const storeModule = new WebAssembly.Module(
  readFileSync(join(packageRoot(), 'wasm/build/store.wasm')),
);
const STORES: Readonly<Record<string, MakeStore>> = {
  wasm: (limits) => new WasmStore(storeModule, limits),
  reference: (limits) => new ReferenceStore(limits),
};

interface Plan {
  readonly operations: number;
  readonly seed: number;
  readonly path: string | undefined;
  readonly stores: readonly string[];
}

/** What the words ask for: a plan, to be told the usage, or nothing sensible. */
function readPlan(): Plan | 'help' | undefined {
  const values = readWords();
  if (values === undefined) return undefined;
  if (values.help === true) return 'help';
  const operations = Number(values.operations);
  const seed = Number(values.seed);
  const stores = Object.keys(STORES).filter((name) => name === (values.store ?? name));
  const isSensible = operations > 0 && Number.isInteger(seed) && stores.length > 0;
  if (!isSensible) return undefined;
  return { operations, seed, path: values.path, stores };
}

function readWords() {
  try {
    return parseArgs({
      options: {
        operations: { type: 'string', default: String(DEFAULT_OPERATIONS) },
        seed: { type: 'string', default: process.env['VIOMMU_SEED'] ?? String(DEFAULT_SEED) },
        path: { type: 'string' },
        store: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** A round: some runs with one seed. What it found, in words; undefined when nothing. */
function playRound(name: string, seed: number, tally: Tally, path?: string): string | undefined {
  const makeStore = STORES[name];
  if (makeStore === undefined) throw new Error(`no store ${name}`);
  const parameters = { seed, numRuns: RUNS_OF_A_ROUND, ...(path === undefined ? {} : { path }) };
  const test = { makeStore, stores: Object.values(STORES), tally };
  const difference = findDifference(test, parameters);
  if (difference === undefined) return undefined;
  const { text, run } = difference;
  return `${text}\nagain: npm run test:long -- --store ${name} --seed ${seed} --path ${run}`;
}

function main({ operations, seed, path, stores }: Plan): boolean {
  const tally = new Tally();
  const counts = { passed: 0, failed: 0 };
  const start = performance.now();
  let shown = start;
  for (let round = 0; tally.operations < operations && counts.failed === 0; round += 1) {
    const name = stores[round % stores.length] ?? '';
    const failure = playRound(name, seed + round, tally, path);
    if (failure !== undefined) console.log(`\n${failure}\n`);
    counts[failure === undefined ? 'passed' : 'failed'] += 1;
    if (path !== undefined) break;
    const now = performance.now();
    if (now - shown < PROGRESS_MS) continue;
    shown = now;
    const rate = Math.round((tally.operations / (now - start)) * 1000);
    console.log(`${tally.operations} operations, ${rate} a second`);
  }
  console.log(`\n${tally.lines().join('\n')}\n`);
  // Of a shorter run less is asked, since chance weighs more in it, and of a replay nothing
  const share = path === undefined ? operations / DEFAULT_OPERATIONS : 0;
  const minimum = Math.floor(share < 1 ? (LONG_RUN_MINIMUM * share) / 2 : LONG_RUN_MINIMUM);
  const missing = counts.failed === 0 ? tally.missing(EXPECTED_RULES, minimum) : [];
  for (const rule of missing) console.log(`met less than ${minimum} times: ${rule}`);
  counts[missing.length === 0 ? 'passed' : 'failed'] += 1;
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${tally.operations} operations from seed ${seed} in ${seconds} s`);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0;
}

const plan = readPlan();
if (plan === 'help') {
  console.log(USAGE);
} else if (plan === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  process.exitCode = main(plan) ? 0 : 1;
}
