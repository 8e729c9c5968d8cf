// Tables of events and requests: how many of what, who asked.

import { statusName } from '../../src/iommu/protocol/status-names.ts';
import type { Stack, Task } from '../../src/trace/record/who.ts';
import { formatExact, formatRate } from '../format/quantity.ts';
import type { Counted } from '../model/statistics-view.ts';
import { filterOf, kindName, quoted, REQUESTS } from './filters.ts';
import { textCell, type StatCell, type StatTable } from './stat-table.ts';

/** Rows of a list of many. */
const MOST_ROWS = 10;

export function countCell(count: number): StatCell {
  return { text: formatExact(count), value: count };
}

const COUNT = { name: 'Count', isNumber: true } as const;
const RATE = {
  name: 'Per second',
  title: 'Of guest time',
  isNumber: true,
} as const;

/** `0` where no time has passed. */
function rateCell(count: number, seconds: number): StatCell {
  const rate = seconds > 0 ? count / seconds : 0;
  return { text: seconds > 0 ? formatRate(rate) : '–', value: rate };
}

function secondsOf({ figures: { range } }: Counted): number {
  return (range.toMs - range.fromMs) / 1000;
}

/** A word in capitals, as the list of events has it. */
export function kindWord(kind: Parameters<typeof kindName>[0]): string {
  return kindName(kind).replaceAll('-', ' ').toUpperCase();
}

export function kindTable(counted: Counted): StatTable {
  const seconds = secondsOf(counted);
  return {
    id: 'events',
    title: 'Events',
    heads: [{ name: 'Kind' }, COUNT, RATE],
    rows: counted.figures.kinds.map(({ kind, count }) => ({
      cells: [textCell(kindWord(kind)), countCell(count), rateCell(count, seconds)],
      lead: { kind: 'filter', text: filterOf(counted, `kind == ${kindName(kind)}`) },
    })),
    note: null,
  };
}

export function requestTable(counted: Counted): StatTable {
  const { requests } = counted.figures;
  const all = requests.reduce((sum, { count }) => sum + count, 0);
  return {
    id: 'requests',
    title: 'Requests by status',
    heads: [{ name: 'Request' }, { name: 'Status' }, COUNT, { name: 'Share', isNumber: true }],
    rows: requests.map(({ kind, status, count }) => {
      const name = kindName(kind);
      // The language has no word for no status: those that have one are taken away
      const terms =
        status === null
          ? [`kind == ${name}`, '!(status in 0..254)']
          : [`kind == ${name}`, `status == ${status}`];
      const share = count / all;
      return {
        cells: [
          textCell(kindWord(kind)),
          textCell(status === null ? 'none' : statusName(status)),
          countCell(count),
          { text: `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`, value: share },
        ],
        lead: { kind: 'filter', text: filterOf(counted, ...terms) },
      };
    }),
    note: null,
  };
}

function taskWords({ comm, pid, isInterrupted }: Task): string {
  const who = `${comm} (${pid})`;
  return isInterrupted ? `interrupt during ${who}` : who;
}

export function taskTable(counted: Counted): StatTable {
  return {
    id: 'tasks',
    title: 'Requests by task',
    heads: [{ name: 'Task (pid)' }, { name: 'Requests', isNumber: true }],
    rows: counted.figures.tasks.map(({ task, requests }) => {
      const { comm, pid, isInterrupted } = task;
      const terms = [
        REQUESTS,
        `task == ${quoted(comm)}`,
        `pid == ${pid}`,
        isInterrupted ? 'interrupted' : '!interrupted',
      ];
      return {
        cells: [textCell(taskWords(task)), countCell(requests)],
        lead: { kind: 'filter', text: filterOf(counted, ...terms) },
      };
    }),
    note: null,
  };
}

/** `driverOf`: the driver's function on a stack, null while it is not known, or when there is none. */
export function functionTable(
  counted: Counted,
  driverOf: (stack: Stack) => string | null,
  isAsking: boolean,
): StatTable {
  const sums = new Map<string | null, number>();
  for (const { stack, requests } of counted.figures.stacks) {
    const name = driverOf(stack);
    sums.set(name, (sums.get(name) ?? 0) + requests);
  }
  const most = [...sums].toSorted(([, one], [, other]) => other - one).slice(0, MOST_ROWS);
  return {
    id: 'functions',
    title: 'Requests by driver function',
    heads: [{ name: 'Function' }, { name: 'Requests', isNumber: true }],
    rows: most.map(([name, requests]) => ({
      cells: [
        textCell(name ?? (isAsking ? 'names are being fetched …' : 'not known')),
        countCell(requests),
      ],
      lead:
        name === null
          ? null
          : { kind: 'filter', text: filterOf(counted, REQUESTS, `by(${quoted(name)})`) },
    })),
    note: isAsking ? 'Names of functions are still being fetched.' : null,
  };
}
