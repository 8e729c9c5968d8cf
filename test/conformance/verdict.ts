// Requirements and the tests that ran, held against each other.

import type { Requirement } from './requirements.ts';
import type { ShownBy, TestReport } from './test-report.ts';

export interface RequirementResult extends Omit<Requirement, 'tests'> {
  readonly status: 'passed' | 'failed' | 'untested';
  readonly tests: readonly { readonly name: string; readonly status: ShownBy['status'] }[];
}

/** The whole result: what `--json` writes. */
export interface Conformance {
  /** Requirements whose tests all passed, and the others. */
  readonly passed: number;
  readonly failed: number;
  /** Tests with IDs that name each mapping store. */
  readonly stores: Readonly<Record<string, number>>;
  /** Sentences about what does not fit together; each makes the run fail. */
  readonly problems: readonly string[];
  readonly requirements: readonly RequirementResult[];
}

const STORES = ['ReferenceStore', 'WasmStore'] as const;

/** Every requirement with the status of its tests, and everything that is wrong about the data. */
export function judge(requirements: readonly Requirement[], report: TestReport): Conformance {
  const results = requirements.map((requirement) => judgeOne(requirement, report.tests));
  const passed = results.filter(({ status }) => status === 'passed').length;
  return {
    passed,
    failed: results.length - passed,
    stores: Object.fromEntries(
      STORES.map((store) => [
        store,
        report.tests.filter(({ name }) => name.includes(store)).length,
      ]),
    ),
    problems: [
      ...report.brokenFiles.map((file) => `${file} could not be run: see what Vitest says of it`),
      ...unknownIds(requirements, report.tests),
      ...lonelyTests(report.tests),
      ...staleLists(requirements, report.tests),
    ],
    requirements: results,
  };
}

/** The requirements with `tests` as they ran. */
export function updateTests(
  requirements: readonly Requirement[],
  { tests }: TestReport,
): readonly Requirement[] {
  return requirements.map((requirement) => ({
    ...requirement,
    tests: testsOf(requirement, tests).map(({ name }) => name),
  }));
}

function testsOf({ id }: Requirement, tests: readonly ShownBy[]): readonly ShownBy[] {
  return tests.filter(({ ids }) => ids.includes(id));
}

function judgeOne(requirement: Requirement, tests: readonly ShownBy[]): RequirementResult {
  const shownBy = testsOf(requirement, tests).map(({ name, status }) => ({ name, status }));
  const isPassed = shownBy.every(({ status }) => status === 'passed');
  const outcome = isPassed ? 'passed' : 'failed';
  return {
    ...requirement,
    status: shownBy.length === 0 ? 'untested' : outcome,
    tests: shownBy,
  };
}

function unknownIds(requirements: readonly Requirement[], tests: readonly ShownBy[]): string[] {
  const known = new Set(requirements.map(({ id }) => id));
  return tests.flatMap(({ name, ids }) =>
    ids
      .filter((id) => !known.has(id))
      .map((id) => `"${name}" carries ${id}, which requirements.json does not have`),
  );
}

/** A test over one store must have its twin over every other. */
function lonelyTests(tests: readonly ShownBy[]): string[] {
  const names = new Set(tests.map(({ name }) => name));
  return tests.flatMap(({ name }) => {
    const own = STORES.filter((store) => name.includes(store));
    if (own.length !== 1) return [];
    return STORES.filter((store) => !names.has(name.replaceAll(String(own[0]), store))).map(
      (store) => `"${name}" has no twin over ${store}`,
    );
  });
}

function staleLists(requirements: readonly Requirement[], tests: readonly ShownBy[]): string[] {
  const stale = requirements.filter((requirement) => {
    const ran = testsOf(requirement, tests).map(({ name }) => name);
    return ran.join('\n') !== requirement.tests.join('\n');
  });
  const [first] = stale;
  if (first === undefined) return [];
  return [
    `requirements.json names other tests than ran for ${stale.length} requirements, such as ${first.id}: ` +
      'run "npm run conformance -- --update"',
  ];
}
