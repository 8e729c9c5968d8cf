// `npm test`: everything, section by section; a failed section does not hide the next one.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stagesIn, type Counts, type Lane, type Section, type Stage } from './test-sections.ts';

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

/** Runs a command to its end; what it prints is printed at once, or given back to be printed later. */
async function runCommand(
  { command, env }: Section,
  isAlone: boolean,
): Promise<{ readonly isGood: boolean; readonly output: string }> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      if (isAlone) process.stdout.write(piece);
    });
  }
  const [code] = await once(child, 'close').catch(() => ['not started']);
  return { isGood: code === 0, output: Buffer.concat(pieces).toString() };
}

async function run(section: Section, isAlone: boolean): Promise<Outcome> {
  const { title, report, skipped } = section;
  console.log(isAlone ? `\n=== ${title}\n` : `\nbegins: ${title}`);
  const start = performance.now();
  const { isGood, output } = await runCommand(section, isAlone);
  const isSkipped = skipped !== undefined && output.includes(skipped);
  const { passed, failed } = report?.count(readReport(report.file)) ?? {
    passed: isGood && !isSkipped ? 1 : 0,
    failed: 0,
  };
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  // A section that ends badly without a failed test - it could not start, say - has failed as a whole.
  const counts = { passed, failed: isGood ? failed : Math.max(1, failed) };
  if (!isAlone) console.log(`\n=== ${title}\n\n${output}`);
  console.log(`\n${title}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return { title, ...counts };
}

async function runLane(lane: Lane, isAlone: boolean): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const section of lane) outcomes.push(await run(section, isAlone));
  return outcomes;
}

async function runStage(stage: Stage): Promise<readonly Outcome[]> {
  return (await Promise.all(stage.map((lane) => runLane(lane, stage.length === 1)))).flat();
}

const folder = mkdtempSync(join(tmpdir(), 'viommu-test-'));
const outcomes: Outcome[] = [];
for (const stage of stagesIn(folder)) outcomes.push(...(await runStage(stage)));
rmSync(folder, { recursive: true });
const sum = (key: keyof Counts): number => outcomes.reduce((total, each) => total + each[key], 0);
console.log('\n=== All sections');
for (const { title, failed } of outcomes) if (failed > 0) console.log(`failed: ${title}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
