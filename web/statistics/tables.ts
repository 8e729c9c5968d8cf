// All that is told of a stretch: a sentence, tables, and the same as files.

import type { Stack } from '../../src/trace/record/who.ts';
import type { Statistics } from '../../src/trace/statistics/statistics.ts';
import { GUEST_TIME, type Clock } from '../format/clock.ts';
import { formatPlural, formatRate } from '../format/quantity.ts';
import type { Counted } from '../model/statistics-view.ts';
import { functionTable, kindTable, requestTable, taskTable } from './event-tables.ts';
import {
  causeTable,
  dmaTable,
  domainTable,
  faultTable,
  lifetimeTable,
  mappedTable,
  reachedTable,
  type NameOf,
} from './memory-tables.ts';
import type { StatTable } from './stat-table.ts';

export interface TablePorts {
  readonly nameOf: NameOf;
  readonly driverOf: (stack: Stack) => string | null;
  /** Whether names of functions are on their way. */
  readonly isAsking: boolean;
  /** How lengths of time are written; default: as time. */
  readonly clock?: Clock;
}

/** Those that have something to say. */
export function statTables(counted: Counted, ports: TablePorts): readonly StatTable[] {
  const { nameOf, driverOf, isAsking, clock = GUEST_TIME } = ports;
  const all = [
    domainTable(counted, nameOf),
    kindTable(counted),
    requestTable(counted),
    dmaTable(counted, nameOf),
    lifetimeTable(counted, clock),
    faultTable(counted, nameOf),
    causeTable(counted, nameOf, clock),
    functionTable(counted, driverOf, isAsking),
    taskTable(counted),
    mappedTable(counted),
    reachedTable(counted, clock),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function countOf({ kinds }: Statistics, wanted: Statistics['kinds'][number]['kind']): number {
  return kinds.find(({ kind }) => kind === wanted)?.count ?? 0;
}

/** What a teacher would say first. */
export function summary({ figures }: Counted, nameOf: NameOf, clock = GUEST_TIME): string {
  const { range, requests, domains, faults } = figures;
  const spanMs = range.toMs - range.fromMs;
  const all = requests.reduce((sum, { count }) => sum + count, 0);
  const stopped = faults.reduce((sum, { count }) => sum + count, 0);
  const time = `In ${clock.duration(spanMs)}${clock.isTime ? ' of guest time' : ''}`;
  const faulted = stopped === 0 ? '' : ` ${formatPlural(stopped, 'access', 'accesses')} stopped.`;
  if (all === 0) return `${time} nothing was asked of the IOMMU.${faulted}`;
  const rate = clock.isTime && spanMs > 0 ? ` (${formatRate((all * 1000) / spanMs)} a second)` : '';
  const maps = formatPlural(countOf(figures, 'mapped'), 'MAP');
  const unmaps = formatPlural(countOf(figures, 'unmapped'), 'UNMAP');
  const sentence = `${time}: ${formatPlural(all, 'request')}${rate}, among them ${maps} and ${unmaps}.`;
  const [most] = domains;
  if (most === undefined || domains.length < 2) return `${sentence}${faulted}`;
  const names = most.endpoints.map(nameOf).join(', ') || 'nobody any more';
  const counts = `${formatPlural(most.maps, 'MAP')} and ${formatPlural(most.unmaps, 'UNMAP')}`;
  const share = `Most are for domain ${most.domain} (${names}): ${counts}.`;
  return `${sentence} ${share}${faulted}`;
}

/** The tables one below the other, for a spreadsheet: RFC 4180. */
export function csvOf(tables: readonly StatTable[]): string {
  const lines = tables.flatMap(({ title, heads, rows }) => [
    [title],
    heads.map(({ name, unit }) => (unit === undefined ? name : `${name} (${unit})`)),
    ...rows.map(({ cells }) => cells.map(({ value }) => value)),
    [],
  ]);
  return lines.map((line) => line.map(csvField).join(',')).join('\r\n');
}

function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // What begins like a formula would be one in a spreadsheet
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The tables as JSON: a list of objects for each, by the names of its columns. */
export function jsonOf({ figures }: Counted, tables: readonly StatTable[]): string {
  const { range, span } = figures;
  const entries = tables.map(({ id, heads, rows }) => {
    const list = rows.map(({ cells }) =>
      Object.fromEntries(cells.map(({ value }, at) => [heads[at]?.name ?? String(at), value])),
    );
    return [id, list] as const;
  });
  return JSON.stringify({ range, sequences: span, ...Object.fromEntries(entries) }, null, 2);
}
