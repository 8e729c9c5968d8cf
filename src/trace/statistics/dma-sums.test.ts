import { expect, it } from 'vitest';
import type { EndpointCounts, Mark } from '../record/marks.ts';
import { dmaSums } from './dma-sums.ts';

function counters(
  timeMs: number,
  ...bytes: readonly (readonly [id: number, bytes: number])[]
): Mark {
  const endpoints = bytes.map(([id, translatedBytes]): EndpointCounts => ({
    id,
    translated: translatedBytes / 4,
    translatedBytes,
    bypassed: 0,
    bypassedBytes: 0,
    blocked: 0,
    blockedBytes: 0,
  }));
  return { kind: 'counters', endpoints, domains: [], sequence: 1, timeMs, instructions: 0 };
}

function sums(fromMs: number, toMs: number, isFromStart = true) {
  const marks = [
    counters(10, [1, 100]),
    counters(20, [1, 140], [2, 4]),
    counters(30, [1, 140], [2, 12]),
    // Power was off
    counters(40, [1, 8]),
    counters(60, [1, 8], [2, 20]),
  ];
  const steps = dmaSums(marks, { fromMs, toMs }, isFromStart);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      return value.map(({ id, translated, translatedBytes }) => [id, translated, translatedBytes]);
    }
  }
}

it.each([
  [
    0,
    100,
    [
      [1, 37, 148],
      [2, 8, 32],
    ],
  ],
  [
    20,
    30,
    [
      [1, 10, 40],
      [2, 1, 4],
    ],
  ],
  [21, 31, [[2, 2, 8]]],
  [35, 41, [[1, 2, 8]]],
  [41, 50, []],
  [50, 70, [[2, 5, 20]]],
] as const)('counts what was told from %d up to before %d ms', (fromMs, toMs, expected) => {
  expect(sums(fromMs, toMs)).toEqual(expected);
});

it('does not count what came before a record that begins in the middle; who had no count had made no access', () => {
  expect(sums(0, 25, false)).toEqual([
    [1, 10, 40],
    [2, 1, 4],
  ]);
});
