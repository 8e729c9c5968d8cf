// What was reached, line by line.

import type { Point } from './points.ts';

export interface FileSummary {
  readonly file: string;
  /** Number of lines on which at least one point stands. */
  readonly lines: number;
  readonly reached: number;
  /** Lines of which no point was reached. */
  readonly missed: readonly number[];
  /** Lines of which some points were reached and some not; they count as reached. */
  readonly partly: readonly number[];
}

type Ratio = Pick<FileSummary, 'lines' | 'reached'>;

/** One entry for each file, in alphabetical order. `hits` are the numbers of points that were reached. */
export function summarise(
  points: readonly Point[],
  hits: ReadonlySet<number>,
): readonly FileSummary[] {
  const files = new Map<string, Map<number, boolean[]>>();
  for (const [index, { file, line }] of points.entries()) {
    const lines = files.get(file) ?? new Map<number, boolean[]>();
    files.set(file, lines.set(line, [...(lines.get(line) ?? []), hits.has(index)]));
  }
  return [...files]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, lines]) => summariseFile(file, lines));
}

function summariseFile(file: string, lines: ReadonlyMap<number, readonly boolean[]>): FileSummary {
  const numbersOf = (isWanted: (hits: readonly boolean[]) => boolean): readonly number[] =>
    [...lines]
      .filter(([, hits]) => isWanted(hits))
      .map(([line]) => line)
      .toSorted((one, other) => one - other);
  const missed = numbersOf((hits) => !hits.includes(true));
  const partly = numbersOf((hits) => hits.includes(true) && hits.includes(false));
  return { file, lines: lines.size, reached: lines.size - missed.length, missed, partly };
}

/** All files together. */
export function total(summaries: readonly Ratio[]): Ratio {
  return {
    lines: summaries.reduce((sum, { lines }) => sum + lines, 0),
    reached: summaries.reduce((sum, { reached }) => sum + reached, 0),
  };
}

/** Of 100; none of no lines, so that a run without any does not pass. */
export function percentage({ lines, reached }: Ratio): number {
  return lines === 0 ? 0 : (reached / lines) * 100;
}

/** The table to print. */
export function describeSummaries(summaries: readonly FileSummary[]): readonly string[] {
  const width = Math.max(...summaries.map(({ file }) => file.length), 'total'.length);
  const row = (name: string, ratio: Ratio): string => {
    const counts = [ratio.reached, ratio.lines].map((count) => String(count).padStart(6));
    return `${name.padEnd(width)}${counts.join('')}${percentage(ratio).toFixed(1).padStart(7)}`;
  };
  return [
    `${''.padEnd(width)}   hit lines      %`,
    ...summaries.flatMap((summary) => [
      row(summary.file, summary),
      ...describeLines('not reached', summary.missed),
      ...describeLines('reached in part', summary.partly),
    ]),
    row('total', total(summaries)),
  ];
}

function describeLines(title: string, lines: readonly number[]): readonly string[] {
  return lines.length === 0 ? [] : [`    ${title}: ${lines.join(', ')}`];
}
