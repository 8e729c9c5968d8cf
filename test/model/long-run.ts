// `npm run test:long`: the model test, a million operations, and ten million on two stores side by side. Ends with the
// number of rounds that passed and failed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ReferenceStore } from '../../src/iommu/store/reference-store.ts';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { packageRoot } from '../../src/guest/package-root.ts';
import { findDifference } from './commands.ts';
import { EXPECTED_RULES, LONG_RUN_MINIMUM } from './expected-rules.ts';
import type { MakeStore } from './rig.ts';
import { playStores } from './store/store-rounds.ts';
import { Tally } from './tally.ts';

const USAGE = `Usage: npm run test:long -- [OPTIONS]

  --operations N        at least how many requests, DMA accesses and other commands of the device, default 1000000
  --store-operations N  at least how many operations on the naive store and on that in WASM, default 10000000
  --seed N              where the random numbers begin, default 2017 or VIOMMU_SEED
  --path PATH           where to begin within the round of that seed, as a failure prints it; no stores are compared
  --store NAME          only devices with this mapping store, wasm or reference

Either number of operations may be 0.`;
const DEFAULT_SEED = 2017;
const DEFAULT_OPERATIONS = 1_000_000;
const DEFAULT_STORE_OPERATIONS = 10_000_000;
const RUNS_OF_A_ROUND = 100;
const PROGRESS_MS = 5000;

const storeModule = new WebAssembly.Module(
  readFileSync(join(packageRoot(), 'wasm/build/store.wasm')),
);
const STORES = {
  wasm: (limits) => new WasmStore(storeModule, limits),
  reference: (limits) => new ReferenceStore(limits),
} satisfies Record<string, MakeStore>;
type StoreName = keyof typeof STORES;
const STORE_NAMES: readonly StoreName[] = ['wasm', 'reference'];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Plan {
  readonly operations: number;
  readonly storeOperations: number;
  readonly seed: number;
  readonly path: string | undefined;
  readonly stores: readonly StoreName[];
}

/** What the words ask for: a plan, to be told the usage, or nothing sensible. */
function readPlan(): Plan | 'help' | undefined {
  const values = readWords();
  if (values === undefined) return undefined;
  if (values.help === true) return 'help';
  const operations = Number(values.operations);
  const storeOperations = values.path === undefined ? Number(values['store-operations']) : 0;
  const seed = Number(values.seed);
  const stores = STORE_NAMES.filter((name) => name === (values.store ?? name));
  const isSensible = operations >= 0 && storeOperations >= 0 && Number.isInteger(seed);
  if (!isSensible || stores.length === 0) return undefined;
  return { operations, storeOperations, seed, path: values.path, stores };
}

function readWords() {
  try {
    return parseArgs({
      options: {
        operations: { type: 'string', default: String(DEFAULT_OPERATIONS) },
        'store-operations': { type: 'string', default: String(DEFAULT_STORE_OPERATIONS) },
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
function playRound(name: StoreName, seed: number, tally: Tally, path?: string): string | undefined {
  const parameters = { seed, numRuns: RUNS_OF_A_ROUND, ...(path === undefined ? {} : { path }) };
  const test = { makeStore: STORES[name], stores: Object.values(STORES), tally };
  const difference = findDifference(test, parameters);
  if (difference === undefined) return undefined;
  const { text, run } = difference;
  return `${text}\nagain: npm run test:long -- --store ${name} --seed ${seed} --path ${run}`;
}

function runDevices({ operations, seed, path, stores }: Plan): Counts {
  const tally = new Tally();
  const counts = { passed: 0, failed: 0 };
  const start = performance.now();
  let shown = start;
  for (let round = 0; tally.operations < operations && counts.failed === 0; round += 1) {
    const name = stores[round % stores.length] ?? 'wasm';
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
  return counts;
}

function runStores({ storeOperations, seed }: Plan): Counts {
  const start = performance.now();
  let shown = start;
  const rate = (operations: number): string => {
    const seconds = (performance.now() - start) / 1000;
    return `${operations} operations in ${seconds.toFixed(0)} s, ${(operations / seconds).toFixed(0)} a second`;
  };
  const { tally, episodes, difference, missing } = playStores({
    makeStores: [STORES.wasm, STORES.reference],
    operations: storeOperations,
    seed,
    onProgress: (operations) => {
      if (performance.now() - shown < PROGRESS_MS) return;
      shown = performance.now();
      console.log(rate(operations));
    },
  });
  console.log(`\n${tally.lines().join('\n')}\n`);
  if (difference !== undefined) console.log(`${difference}\n${againStores(seed + episodes - 1)}\n`);
  // A short run does not meet what is rare
  const isShort = storeOperations < DEFAULT_OPERATIONS;
  if (!isShort) for (const outcome of missing) console.log(`never met: ${outcome}`);
  console.log(`${rate(tally.operations)}: each answer of WasmStore compared with ReferenceStore's`);
  const isFailed = difference !== undefined || (missing.length > 0 && !isShort);
  return { passed: episodes - (isFailed ? 1 : 0), failed: isFailed ? 1 : 0 };
}

function againStores(seed: number): string {
  return `again: npm run test:long -- --operations 0 --store-operations 1 --seed ${seed}`;
}

function main(plan: Plan): boolean {
  const parts = [
    ...(plan.operations > 0 ? [runDevices(plan)] : []),
    ...(plan.storeOperations > 0 ? [runStores(plan)] : []),
  ];
  const sum = (key: keyof Counts): number => parts.reduce((total, each) => total + each[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0;
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
