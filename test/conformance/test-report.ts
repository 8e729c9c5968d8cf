// Which tests show which requirements, out of Vitest's JSON report.

export interface ShownBy {
  /** Names of describes and test, joined by spaces; one entry for all tests of that name. */
  readonly name: string;
  readonly ids: readonly string[];
  /** A test that was skipped shows nothing and counts as failed. */
  readonly status: 'passed' | 'failed';
}

export interface TestReport {
  /** The tests that carry IDs, by name. */
  readonly tests: readonly ShownBy[];
  /** Test files that could not be run at all. */
  readonly brokenFiles: readonly string[];
}

/** Matches the names of tests with IDs, and first of all a bracket that holds some: `[A26 F1]`, `[C.1-v0.4-attach]`. */
export const ID_PATTERN = /\[([A-G][\d.-][^\]]*)\]/;
const ALL_IDS = new RegExp(ID_PATTERN, 'g');

/** IDs in the name of a test; a bracket that begins with none is no bracket of IDs. */
export function idsOf(name: string): readonly string[] {
  const brackets = [...name.matchAll(ALL_IDS)].map(([, inner = '']) => inner);
  return [...new Set(brackets.flatMap((inner) => inner.split(/\s+/).filter(Boolean)))];
}

/** Reads a report of `vitest --reporter=json`; throws `Error` when it is not one. */
export function readTestReport(report: unknown): TestReport {
  const files = listIn(report, 'testResults');
  if (files === undefined)
    throw new Error('this is no JSON report of Vitest: it has no testResults');
  const tests = new Map<string, ShownBy>();
  const brokenFiles: string[] = [];
  for (const file of files) {
    const results = listIn(file, 'assertionResults') ?? [];
    if (results.length === 0 && fieldOf(file, 'status') === 'failed') {
      brokenFiles.push(String(fieldOf(file, 'name')));
    }
    for (const result of results) {
      const name = String(fieldOf(result, 'fullName'));
      const ids = idsOf(name);
      const isPassed =
        fieldOf(result, 'status') === 'passed' && tests.get(name)?.status !== 'failed';
      if (ids.length > 0) tests.set(name, { name, ids, status: isPassed ? 'passed' : 'failed' });
    }
  }
  const byName = (one: ShownBy, other: ShownBy): number => (one.name < other.name ? -1 : 1);
  return { tests: [...tests.values()].toSorted(byName), brokenFiles };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] | undefined {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : undefined;
}
