// `npm test`: everything, section by section; a failed section does not hide the next one.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Section {
  readonly title: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its JSON report goes; default: REPORT. */
  readonly report?: string;
  /** Reads the counts out of the section's JSON report; a section without one counts as one test. */
  readonly count?: (report: unknown) => Counts;
  /** What the output says where there was nothing to run; such a section has passed nothing. */
  readonly skipped?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'viommu-test-'));
const REPORT = join(folder, 'report.json');
/** The unit tests' report, which the conformance section reads instead of running them again. */
const UNIT_REPORT = join(folder, 'unit.json');
const CONFORMANCE = join(import.meta.dirname, '..', 'conformance', 'run.js');
const WASM_COVERAGE = join(import.meta.dirname, 'wasm-coverage', 'coverage.js');
const DIFFERENTIAL = join(import.meta.dirname, '..', 'differential', 'differential.js');

function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
  return typeof found === 'number' ? found : 0;
}

function vitest(title: string, report: string, ...options: readonly string[]): Section {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    title,
    command: ['npx', 'vitest', 'run', ...options, ...reporters],
    report,
    count: (report) => ({
      passed: numberAt(report, 'numPassedTests'),
      failed: numberAt(report, 'numFailedTests'),
    }),
  };
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Types, lint, format, cycles, dead code',
    command: ['npm', 'run', '--silent', 'check'],
  },
  vitest('Unit and property tests', UNIT_REPORT, '--config', 'test/vitest.config.ts'),
  {
    title: 'Lines of wasm/ that the property tests reach',
    command: ['node', WASM_COVERAGE],
  },
  {
    title: 'Conformance: every requirement has its tests',
    command: ['node', CONFORMANCE, '--report', UNIT_REPORT],
  },
  {
    title: 'The same requests to QEMU’s device and ours, where QEMU is installed',
    command: ['node', DIFFERENTIAL, '--requests', '4000', '--if-installed'],
    skipped: 'skipped: no request was compared',
  },
  vitest('Guest boots in Node', REPORT, '--config', 'test/vitest.guest.config.ts'),
  { title: 'Build of the page', command: ['npm', 'run', '--silent', 'build'] },
  {
    title: 'The page in Chromium',
    command: [
      'npx',
      'playwright',
      'test',
      '--config',
      'test/playwright.config.ts',
      '--reporter=list,json',
    ],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: REPORT },
    count: (report) => ({
      passed: numberAt(report, 'stats', 'expected'),
      failed: numberAt(report, 'stats', 'unexpected') + numberAt(report, 'stats', 'flaky'),
    }),
  },
];

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function run(section: Section): Counts {
  const { title, command, env, report = REPORT, count, skipped } = section;
  const [program = '', ...words] = command;
  console.log(`\n=== ${title}\n`);
  rmSync(report, { force: true });
  const start = performance.now();
  const { status, stdout } = spawnSync(program, words, {
    stdio: ['inherit', skipped === undefined ? 'inherit' : 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (skipped !== undefined) console.log(stdout);
  const isSkipped = skipped !== undefined && stdout.includes(skipped);
  const { passed, failed } = count?.(readReport(report)) ?? {
    passed: status === 0 && !isSkipped ? 1 : 0,
    failed: 0,
  };
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  // A section that ends badly without a failed test - it could not start, say - has failed as a whole.
  const counts = { passed, failed: status === 0 ? failed : Math.max(1, failed) };
  console.log(`\n${title}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return counts;
}

const counts = SECTIONS.map(run);
rmSync(folder, { recursive: true });
const sum = (key: keyof Counts): number => counts.reduce((total, each) => total + each[key], 0);
console.log('\n=== All sections');
SECTIONS.forEach(({ title }, index) => {
  if ((counts[index]?.failed ?? 1) > 0) console.log(`failed: ${title}`);
});
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
