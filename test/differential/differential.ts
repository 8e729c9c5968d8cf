// `npm run differential -- --requests N --seed S`: QEMU's virtio-iommu and ours, request by request.

import { parseArguments, HELP, UsageError, type Arguments } from './arguments.ts';
import { DevicePair } from './device-pair.ts';
import { Generator } from './generator.ts';
import { minimise } from './minimise.ts';
import { createStore } from './our-device.ts';
import { killQemuAtExit, qemuVersion } from './qemu-process.ts';
import { describeFailure, describeRun, jsonOfRun } from './report.ts';
import { DifferentialRun } from './run.ts';

/** After that many failures a run has said enough. */
const MAX_FAILURES = 3;
const INSTALL = 'QEMU is missing: install it with "apt-get install qemu-system-x86" (Debian).';

async function compare({ requests, seed, isJson }: Arguments, qemu: string): Promise<boolean> {
  const start = performance.now();
  const pair = await DevicePair.create(createStore());
  const run = new DifferentialRun(pair, new Generator(seed));
  const { counts } = run;
  let failures = 0;
  let failedRequests = 0;
  while (counts.requests < requests && failures < MAX_FAILURES) {
    const failure = await run.step(requests - counts.requests);
    if (failure === undefined) continue;
    failures++;
    if (failure.seen.operation.kind === 'request') failedRequests++;
    console.error(describeFailure(await minimise(pair, failure)));
    await run.resume();
  }
  await pair.stop();
  const seconds = (performance.now() - start) / 1000;
  const passed = counts.requests - failedRequests;
  const report = { qemu, seed, seconds, counts, restarts: pair.restarts, passed, failures };
  console.log(isJson ? jsonOfRun(report) : describeRun(report));
  if (!isJson) console.log(`${passed} passed, ${failures} failed`);
  return failures === 0;
}

async function main(words: readonly string[]): Promise<number> {
  const options = parseArguments(words);
  if (options.isHelp) {
    console.log(HELP);
    return 0;
  }
  const qemu = qemuVersion();
  if (qemu === undefined) {
    console.log(INSTALL);
    if (!options.mayLackQemu) return 2;
    console.log('skipped: no request was compared\n0 passed, 0 failed');
    return 0;
  }
  killQemuAtExit();
  return (await compare(options, qemu)) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
