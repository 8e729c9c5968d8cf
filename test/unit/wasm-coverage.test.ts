// The coverage of AssemblyScript: a source with lines known to be reached or not.

import { describe, expect, it } from 'vitest';
import { compileInstrumented } from '../tools/wasm-coverage/build.ts';
import { HIT_MODULE, HIT_NAME } from '../tools/wasm-coverage/points.ts';
import {
  describeSummaries,
  percentage,
  summarise,
  total,
  type FileSummary,
} from '../tools/wasm-coverage/summary.ts';

interface Coverage {
  readonly summaries: readonly FileSummary[];
  readonly results: readonly unknown[];
}

/** Compiles `source` with counters and runs what it exports as `run` on each of the values. */
async function cover(source: string, values: readonly number[]): Promise<Coverage> {
  const outputs = new Map<string, Uint8Array | string>();
  const points = await compileInstrumented(
    ['small.ts', '--outFile', 'small.wasm', '--runtime', 'stub', '--optimizeLevel', '3'],
    {
      readFile: (name) => (name === 'small.ts' ? source : null),
      writeFile: (name, contents) => void outputs.set(name, contents),
      listFiles: () => [],
    },
  );
  const binary = outputs.get('small.wasm');
  if (!(binary instanceof Uint8Array)) throw new Error('the compiler has written no module');
  const hits = new Set<number>();
  const hit = (point: number): void => void hits.add(point);
  const module = new WebAssembly.Module(Uint8Array.from(binary));
  const { exports } = new WebAssembly.Instance(module, { [HIT_MODULE]: { [HIT_NAME]: hit } });
  const { run } = exports;
  if (typeof run !== 'function') throw new Error('the source exports no function `run`');
  const results = values.map((value): unknown => run(value));
  return { summaries: summarise(points, hits), results };
}

describe('compileInstrumented', () => {
  it.each([
    {
      name: 'statements behind a return, and functions that nobody calls',
      lines: [
        'export function run(value: u32): u32 {',
        '  let result: u32;',
        '  result = value + 1;',
        '  if (value == 7) {',
        '    result = 0;',
        '  }',
        '  return result;',
        '}',
        'function forgotten(value: u32): u32 {',
        '  return value;',
        '}',
      ],
      values: [1, 2],
      results: [2, 3],
      expected: { lines: 5, reached: 3, missed: [5, 10], partly: [] },
    },
    {
      name: 'bodies without braces, in lines of their own or not',
      lines: [
        'export function run(value: u32): u32 {',
        '  let sum: u32 = 0;',
        '  for (let index: u32 = 0; index < value; index++)',
        '    sum += index;',
        '  while (sum > 100) sum -= 1;',
        '  if (sum == 55) return 1;',
        '  else if (sum > 1000)',
        '    return 2;',
        '  else',
        '    return 3;',
        '}',
      ],
      values: [4],
      results: [3],
      expected: { lines: 8, reached: 7, missed: [8], partly: [5, 6] },
    },
    {
      name: 'branches of expressions that start a line',
      lines: [
        'function isOdd(value: u32): bool { return (value & 1) == 1; }',
        'export function run(value: u32): u64 {',
        '  const isBig =',
        '    value > 100 &&',
        '    isOdd(value);',
        '  const wide: u64 = isBig ? 1 : 2;',
        '  return value < 50',
        '    ? wide',
        '    : wide + 1;',
        '}',
      ],
      values: [1],
      results: [2n],
      expected: { lines: 7, reached: 4, missed: [1, 5, 9], partly: [] },
    },
    {
      name: 'cases of a switch',
      lines: [
        'export function run(value: u32): u32 {',
        '  switch (value) {',
        '    case 1:',
        '      return 10;',
        '    case 2: {',
        '      return 20;',
        '    }',
        '    default:',
        '      break;',
        '  }',
        '  return 0;',
        '}',
      ],
      values: [2, 3],
      results: [20, 0],
      expected: { lines: 5, reached: 4, missed: [4], partly: [] },
    },
  ])('tells apart what runs and what does not: $name', async (row) => {
    const { summaries, results } = await cover(row.lines.join('\n'), row.values);
    expect(summaries).toEqual([{ file: 'small.ts', ...row.expected }]);
    expect(results).toEqual(row.results);
  });

  it('says what the compiler says about a source with an error', async () => {
    await expect(cover('export function run(): u32 { return nothing; }', [])).rejects.toThrow(
      "Cannot find name 'nothing'",
    );
  });
});

describe('describeSummaries', () => {
  const summaries: readonly FileSummary[] = [
    { file: 'a.ts', lines: 3, reached: 3, missed: [], partly: [2] },
    { file: 'b.ts', lines: 5, reached: 3, missed: [4, 17], partly: [] },
  ];

  it('prints a row for each file and one for all, with the lines to look at', () => {
    expect(describeSummaries(summaries)).toEqual([
      '        hit lines      %',
      'a.ts      3     3  100.0',
      '    reached in part: 2',
      'b.ts      3     5   60.0',
      '    not reached: 4, 17',
      'total     6     8   75.0',
    ]);
  });

  it('counts nothing at all as nothing reached', () => {
    expect(percentage(total(summaries))).toBe(75);
    expect(percentage(total([]))).toBe(0);
  });
});
