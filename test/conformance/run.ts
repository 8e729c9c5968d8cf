// `npm run conformance`: every requirement of the specification, and the tests that show it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatted } from '../support/formatted.ts';
import { parseRequirements } from './requirements.ts';
import { formatConformance } from './table.ts';
import { ID_PATTERN, readTestReport } from './test-report.ts';
import { judge, updateTests } from './verdict.ts';

const USAGE = `usage: npm run conformance -- [--update] [--json FILE] [--report FILE]
  --update       write the tests that ran into test/conformance/requirements.json
  --json FILE    write the whole result
  --report FILE  take the tests from this report of "vitest --reporter=json" instead of running them`;
const ROOT = join(import.meta.dirname, '..', '..', '..');
const CONFIG = 'test/vitest.config.ts';
const DATA = join(ROOT, 'test', 'conformance', 'requirements.json');

/** Runs the tests that carry IDs; throws `Error` when there is no report of them. */
function runTests(): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'viommu-conformance-'));
  const file = join(folder, 'report.json');
  const words = ['vitest', 'run', '--config', CONFIG, '--reporter=json', `--outputFile=${file}`];
  try {
    spawnSync('npx', [...words, '--testNamePattern', ID_PATTERN.source], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    return readJson(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`there is no test report in ${file}: run the tests first`, { cause });
  }
}

async function writeRequirements(data: unknown): Promise<void> {
  writeFileSync(DATA, await formatted(DATA, JSON.stringify(data, null, 2)));
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        update: { type: 'boolean' },
        json: { type: 'string' },
        report: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(messageOf(error));
    console.error(USAGE);
    return process.exit(2);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether every requirement has its tests and they passed; prints everything. */
async function isConformant(): Promise<boolean> {
  const options = readOptions();
  const report = readTestReport(
    options.report === undefined ? runTests() : readJson(options.report),
  );
  let requirements = parseRequirements(readFileSync(DATA, 'utf8'));
  if (options.update === true) {
    requirements = updateTests(requirements, report);
    await writeRequirements(requirements);
  }
  const result = judge(requirements, report);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  console.log(formatConformance(result));
  return result.failed === 0 && result.problems.length === 0;
}

try {
  process.exitCode = (await isConformant()) ? 0 : 1;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
