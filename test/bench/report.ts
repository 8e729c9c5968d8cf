// What a benchmark says: rows of medians, each followed by the row of their spread, as JSON lines or as Markdown
// tables.

/** One line of `--json`: `bench` names what was measured, `unit` its unit; every other key is a contestant. */
export interface BenchRow {
  readonly bench: string;
  readonly unit: string;
  readonly [contestant: string]: number | string;
}

export type OnRow = (row: BenchRow) => void;
/** Takes one line of text for a human who waits. */
export type OnProgress = (text: string) => void;

/** Measurements of each contestant. Those of one index were taken in one turn, one contestant after the other. */
export type Samples = Readonly<Record<string, readonly number[]>>;

const SPREAD = '/spread';
const SIGNIFICANT_DIGITS = 4;

/** The value below which `fraction` (0..1) of `values` lie, interpolated linearly. Throws `RangeError` for none. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('nothing was measured');
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How far apart measurements lie: (90th - 10th percentile) / median; 0 where all are 0. */
export function spread(values: readonly number[]): number {
  const width = quantile(values, 0.9) - quantile(values, 0.1);
  return width === 0 ? 0 : width / median(values);
}

/** Rounds to 4 significant digits, more than any measurement here deserves. */
export function round(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/**
 * Two rows with the same contestants: medians as `bench` in `unit`, then spreads as `bench`/spread in percent.
 * A contestant without measurements is left out of both.
 */
export function rowsOf(bench: string, unit: string, samples: Samples): readonly BenchRow[] {
  const measured = Object.entries(samples).filter(([, values]) => values.length > 0);
  const row = (of: (values: readonly number[]) => number): Record<string, number> =>
    Object.fromEntries(measured.map(([name, values]) => [name, round(of(values))]));
  return [
    { bench, unit, ...row(median) },
    { bench: bench + SPREAD, unit: '%', ...row((values) => spread(values) * 100) },
  ];
}

/** From here on a median of counts is given in full. */
const LARGE_COUNT = 1000;

/** A row of medians of what was counted, not timed: every digit of a count means something. */
export function exactRow(bench: string, unit: string, samples: Samples): BenchRow {
  const exact = (value: number): number =>
    value >= LARGE_COUNT ? Math.round(value) : round(value);
  const medians = Object.entries(samples).map(([name, values]) => [name, exact(median(values))]);
  return { bench, unit, ...Object.fromEntries(medians) };
}

function contestantsOf(row: BenchRow): readonly string[] {
  return Object.keys(row).filter((key) => key !== 'bench' && key !== 'unit');
}

/** What rows of one table have in common. */
function tableOf({ bench, unit }: BenchRow): string {
  return `${bench.split('/')[0]} in ${unit}`;
}

/** Lines of a Markdown table with columns in line: names at the left, numbers at the right. */
function formatTable([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (cells: readonly string[]): string =>
    line(
      widths.map((width, column) => {
        const cell = cells[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      }),
    );
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [padded(head), line(rule), ...body.map(padded)].join('\n');
}

/**
 * Markdown tables, one for each benchmark and unit: a line for each row, a column for each contestant, each median
 * followed by its spread. A contestant that did not take part in a row has an empty cell there.
 */
export function formatTables(rows: readonly BenchRow[]): string {
  const spreads = new Map(rows.map((row) => [row.bench, row]));
  const medians = rows.filter(({ bench }) => !bench.endsWith(SPREAD));
  const tables = [...new Set(medians.map(tableOf))].map((table) => {
    const mine = medians.filter((row) => tableOf(row) === table);
    const names = [...new Set(mine.flatMap(contestantsOf))];
    const cell = (row: BenchRow, name: string): string => {
      const value = row[name];
      const width = spreads.get(row.bench + SPREAD)?.[name];
      if (value === undefined) return '';
      return width === undefined ? `${value}` : `${value} ±${Math.round(Number(width) / 2)} %`;
    };
    return formatTable([
      [`bench (${mine[0]?.unit})`, ...names],
      ...mine.map((row) => [row.bench, ...names.map((name) => cell(row, name))]),
    ]);
  });
  return tables.join('\n\n');
}
