// `npm test`: everything, section by section; a failed section does not hide the next one.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWasm } from '../support/build-wasm.ts';
import { lanesIn, type Counts, type Lane, type Section } from './test-sections.ts';

interface Outcome extends Counts {
  readonly title: string;
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs a command to its end, and gives back what it prints. */
async function runCommand({
  command,
  env,
}: Section): Promise<{ readonly isGood: boolean; readonly output: string }> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => pieces.push(piece));
  }
  const [code] = await once(child, 'close').catch(() => ['not started']);
  return { isGood: code === 0, output: Buffer.concat(pieces).toString() };
}

async function run(section: Section): Promise<Outcome> {
  const { title, report, skipped } = section;
  console.log(`\nbegins: ${title}`);
  const start = performance.now();
  const { isGood, output } = await runCommand(section);
  const isSkipped = skipped !== undefined && output.includes(skipped);
  const { passed, failed } = report?.count(readReport(report.file)) ?? {
    passed: isGood && !isSkipped ? 1 : 0,
    failed: 0,
  };
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  // A section that ends badly without a failed test - it could not start, say - has failed as a whole.
  const counts = { passed, failed: isGood ? failed : Math.max(1, failed) };
  console.log(`\n=== ${title}\n\n${output}`);
  console.log(`\n${title}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return { title, ...counts };
}

/** Begins all lanes. A section comes after one of a lane that is named before its own. */
function runAll(lanes: readonly Lane[]): Promise<readonly Outcome[]> {
  const running = new Map<Section, Promise<Outcome>>();
  for (const lane of lanes) {
    let last: Promise<Outcome> | undefined;
    for (const section of lane) {
      const other = section.after === undefined ? undefined : running.get(section.after);
      last = Promise.all([last, other]).then(() => run(section));
      running.set(section, last);
    }
  }
  return Promise.all(running.values());
}

buildWasm();
const folder = mkdtempSync(join(tmpdir(), 'viommu-test-'));
const outcomes = await runAll(lanesIn(folder));
rmSync(folder, { recursive: true });
const sum = (key: keyof Counts): number => outcomes.reduce((total, each) => total + each[key], 0);
console.log('\n=== All sections');
for (const { title, failed } of outcomes) if (failed > 0) console.log(`failed: ${title}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
