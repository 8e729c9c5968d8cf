// The conformance runner: what it reads out of names, reports and data, and when it is content.

import { describe, expect, it } from 'vitest';
import { parseRequirements, type Requirement } from '../conformance/requirements.ts';
import { formatConformance } from '../conformance/table.ts';
import { idsOf, readTestReport } from '../conformance/test-report.ts';
import { judge, updateTests } from '../conformance/verdict.ts';

function requirement(id: string, tests: readonly string[] = []): Requirement {
  return { id, level: 'MUST', section: '5.13', requirement: `What ${id} says.`, tests };
}

/** A report of Vitest with one file of tests, given as name and status. */
function reportOf(...tests: readonly (readonly [string, string])[]) {
  const assertionResults = tests.map(([fullName, status]) => ({ fullName, status }));
  const testResults = [{ name: '/a.test.ts', status: 'passed', assertionResults }];
  return readTestReport({ testResults });
}

describe('idsOf', () => {
  it.each([
    ['one bracket', 'a domain [A26 F1] is', ['A26', 'F1']],
    ['several, each id once', '[A1] over a WasmStore [B30 A1] x', ['A1', 'B30']],
    [
      'ids with dots and dashes',
      '[A.10 C.1-v0.4-map C.2a C-table] x',
      ['A.10', 'C.1-v0.4-map', 'C.2a', 'C-table'],
    ],
    ['ids of other devices', '[E-qemu-A9 E-bug-qemu-x] x', ['E-qemu-A9', 'E-bug-qemu-x']],
    ['an unknown word behind an id', '[A1 typo] x', ['A1', 'typo']],
    ['no bracket of another kind', '["--memory"], [0xfee, 3], [Array], [a1]', []],
    ['nothing', 'nothing', []],
  ])('reads %s', (_what, name, ids) => {
    expect(idsOf(name)).toEqual(ids);
  });
});

describe('readTestReport', () => {
  it('keeps the tests with ids, by name; one that was skipped has failed', () => {
    const { tests } = reportOf(
      ['[A2] two', 'skipped'],
      ['no id', 'failed'],
      ['[A1] one', 'passed'],
      ['[A3] three', 'failed'],
    );
    expect(tests).toEqual([
      { name: '[A1] one', ids: ['A1'], status: 'passed' },
      { name: '[A2] two', ids: ['A2'], status: 'failed' },
      { name: '[A3] three', ids: ['A3'], status: 'failed' },
    ]);
  });

  it.each([
    ['passed', 'failed'],
    ['failed', 'passed'],
  ])('takes two tests of one name for one, failed if either has: %s, %s', (...statuses) => {
    const { tests } = reportOf(...statuses.map((status) => ['[A1] x', status] as const));
    expect(tests).toEqual([{ name: '[A1] x', ids: ['A1'], status: 'failed' }]);
  });

  it('tells of files without a single test that failed', () => {
    const testResults = [{ name: '/b.test.ts', status: 'failed', assertionResults: [] }];
    expect(readTestReport({ testResults }).brokenFiles).toEqual(['/b.test.ts']);
  });

  it.each([[undefined], [{}], [[]]])('refuses %j', (report) => {
    expect(() => readTestReport(report)).toThrow('no JSON report');
  });
});

describe('parseRequirements', () => {
  it('reads what was written', () => {
    const requirements = [requirement('A1', ['one']), requirement('A2')];
    expect(parseRequirements(JSON.stringify(requirements))).toEqual(requirements);
  });

  it.each([
    ['{}', 'array'],
    ['[{}]', 'needs a text as "id"'],
    [JSON.stringify([{ ...requirement('A1'), level: 'must' }]), '"level" of A1'],
    [JSON.stringify([{ ...requirement('A1'), tests: '' }]), '"tests" of A1'],
    [JSON.stringify([{ ...requirement('A1'), requirement: '' }]), '"requirement"'],
    [JSON.stringify([requirement('A1'), requirement('A1')]), 'A1 twice'],
  ])('refuses %s', (text, words) => {
    expect(() => parseRequirements(text)).toThrow(words);
  });
});

describe('judge', () => {
  it('is content when every requirement has its tests and they passed', () => {
    const report = reportOf(['[A1] a', 'passed'], ['[A1 A2] b', 'passed']);
    const data = [requirement('A1', ['[A1 A2] b', '[A1] a']), requirement('A2', ['[A1 A2] b'])];
    expect(judge(data, report)).toMatchObject({ passed: 2, failed: 0, problems: [] });
  });

  it('counts what has no test, and what has a failed one, as failed', () => {
    const report = reportOf(['[A1] a', 'passed'], ['[A1] b', 'failed']);
    const result = judge([requirement('A1', ['[A1] a', '[A1] b']), requirement('A2')], report);
    expect(result).toMatchObject({ passed: 0, failed: 2, problems: [] });
    expect(result.requirements.map(({ status }) => status)).toEqual(['failed', 'untested']);
    expect(result.requirements[0]?.tests).toEqual([
      { name: '[A1] a', status: 'passed' },
      { name: '[A1] b', status: 'failed' },
    ]);
  });

  it('names an id that the data does not have', () => {
    const { problems } = judge([], reportOf(['[A99] a', 'passed']));
    expect(problems).toEqual(['"[A99] a" carries A99, which requirements.json does not have']);
  });

  it.each([
    ['a test is new', []],
    ['a test is gone', ['[A1] a', '[A1] b']],
    ['a test has another name', ['[A1] old']],
  ])('asks for an update when %s', (_what, tests) => {
    const report = reportOf(['[A1] a', 'passed']);
    const data = [requirement('A1', tests)];
    expect(judge(data, report).problems).toEqual([expect.stringContaining('--update')]);
    expect(judge(updateTests(data, report), report).problems).toEqual([]);
  });

  it('wants each test over one store to have a twin over the other', () => {
    const report = reportOf(
      ['[A1] over a WasmStore', 'passed'],
      ['[A2] over a WasmStore', 'passed'],
      ['[A2] over a ReferenceStore', 'passed'],
      ['[A3] WasmStore against ReferenceStore', 'passed'],
    );
    const data = updateTests(
      ['A1', 'A2', 'A3'].map((id) => requirement(id)),
      report,
    );
    const result = judge(data, report);
    expect(result.problems).toEqual(['"[A1] over a WasmStore" has no twin over ReferenceStore']);
    expect(result.stores).toEqual({ ReferenceStore: 2, WasmStore: 3 });
  });

  it('tells of files that could not be run', () => {
    const testResults = [{ name: '/b.test.ts', status: 'failed', assertionResults: [] }];
    const { problems } = judge([], readTestReport({ testResults }));
    expect(problems).toEqual([expect.stringContaining('/b.test.ts')]);
  });
});

describe('formatConformance', () => {
  it('ends with the counts, after failed tests and problems', () => {
    const report = reportOf(['[A1] a', 'failed'], ['[F1] b', 'passed']);
    const data = [requirement('A1', ['[A1] a']), requirement('F1')];
    const lines = formatConformance(judge(data, report)).split('\n');
    expect(lines.at(-1)).toBe('1 passed, 2 failed');
    expect(lines).toContain('failed: [A1] a');
    const rows = lines.filter((line) => /^(A|F)1 /.test(line)).map((line) => line.split(/\s{2,}/));
    expect(rows).toEqual([
      ['A1', 'MUST', '5.13', 'What A1 says.', '1', 'failed'],
      ['F1', 'MUST', '5.13', 'What F1 says.', '1', 'pass'],
    ]);
  });
});
