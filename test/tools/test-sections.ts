// What `npm test` runs.

import { join } from 'node:path';
import { BUILT_VARIABLE } from '../support/build-command.ts';

/** How many tests of a section went well. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface Section {
  readonly title: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its JSON report, and how the counts are read out of it; a section without one counts as one test. */
  readonly report?: { readonly file: string; readonly count: (report: unknown) => Counts };
  /** What the output says where there was nothing to run; such a section has passed nothing. */
  readonly skipped?: string;
  /** A section of another lane that must have ended before. */
  readonly after?: Section;
}

/** Sections that run one after the other. */
export type Lane = readonly Section[];

/** The command and the mapping store are built before any section begins. */
const BUILT = { [BUILT_VARIABLE]: '1' };

/** Started by node: npx takes half a second of its own. */
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const PLAYWRIGHT = join('node_modules', '@playwright', 'test', 'cli.js');
const CONFORMANCE = join(import.meta.dirname, '..', 'conformance', 'run.js');
const WASM_COVERAGE = join(import.meta.dirname, 'wasm-coverage', 'coverage.js');
const BROWSERS = join(import.meta.dirname, 'browsers', 'browsers.js');
const DIFFERENTIAL = join(import.meta.dirname, '..', 'differential', 'differential.js');

function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
  return typeof found === 'number' ? found : 0;
}

function vitest(title: string, file: string, config: string, ...words: string[]): Section {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const count = (report: unknown): Counts => ({
    passed: numberAt(report, 'numPassedTests'),
    failed: numberAt(report, 'numFailedTests'),
  });
  return {
    title,
    command: ['node', VITEST, 'run', '--config', config, ...reporters, ...words],
    env: BUILT,
    report: { file, count },
  };
}

function playwright(title: string, file: string): Section {
  const config = ['--config', 'test/playwright.config.ts', '--reporter=list,json'];
  const count = (report: unknown): Counts => ({
    passed: numberAt(report, 'stats', 'expected'),
    failed: numberAt(report, 'stats', 'unexpected') + numberAt(report, 'stats', 'flaky'),
  });
  return {
    title,
    command: ['node', PLAYWRIGHT, 'test', ...config],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
    report: { file, count },
  };
}

/** Each process compiles v86 and what a guest runs at first, some 5 s; one that has them all collects their garbage for longer. */
const GUEST_PROCESSES = 2;

/**
 * Everything, in lanes that run side by side; reports go to `folder`. Two lanes take a processor each, and about as long (some 430
 * seconds of it): Node's guests, the check and the engine's lines in one, the sources' own tests and the browser's guests in the other.
 */
export function lanesIn(folder: string): readonly Lane[] {
  const unitReport = join(folder, 'unit.json');
  const build: Section = {
    title: 'Build of the page',
    command: ['npm', 'run', '--silent', 'build:site'],
  };
  const guests = Array.from({ length: GUEST_PROCESSES }, (_, index): Section => {
    const title = `Guest boots in Node, ${index + 1} of ${GUEST_PROCESSES}`;
    const shard = `--shard=${index + 1}/${GUEST_PROCESSES}`;
    const file = join(folder, `guest-${index}.json`);
    return vitest(title, file, 'test/vitest.guest.config.ts', shard);
  });
  const engine: Lane = [
    {
      title: 'Lines of wasm/ that the property tests reach',
      // The compiler is WebAssembly that runs for a second: optimising it costs more than it saves
      command: ['node', '--liftoff-only', WASM_COVERAGE],
    },
    {
      title: 'The same requests to QEMU’s device and ours, where QEMU is installed',
      command: ['node', DIFFERENTIAL, '--requests', '4000', '--if-installed'],
      skipped: 'skipped: no request was compared',
    },
  ];
  const check: Section = {
    title: 'Types, lint, format, cycles, dead code',
    command: ['npm', 'run', '--silent', 'check'],
  };
  const sources: Lane = [
    vitest('Unit and property tests', unitReport, 'test/vitest.config.ts'),
    {
      title: 'Conformance: every requirement has its tests',
      command: ['node', CONFORMANCE, '--report', unitReport],
    },
  ];
  const others: Section = {
    title: 'A walk through the page in Firefox and WebKit, where they are installed',
    command: ['node', BROWSERS, '--others'],
    skipped: 'skipped: no browser was there',
  };
  const browser = playwright('The page in Chromium', join(folder, 'browser.json'));
  return [
    [build, ...guests, check, ...engine, others],
    [...sources, { ...browser, after: build }],
  ];
}
