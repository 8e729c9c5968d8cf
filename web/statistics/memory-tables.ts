// Tables of mappings, memory, accesses and what was stopped.

import { toGpa } from '../../src/memory/address.ts';
import { CAUSES } from '../../src/trace/explain/causes.ts';
import type { PageFigures } from '../../src/trace/statistics/statistics.ts';
import { formatAddress } from '../format/address.ts';
import type { Clock } from '../format/clock.ts';
import { formatBytes, formatExact } from '../format/quantity.ts';
import type { Counted } from '../model/statistics-view.ts';
import { countCell } from './event-tables.ts';
import { filterOf } from './filters.ts';
import { textCell, type Lead, type StatCell, type StatRow, type StatTable } from './stat-table.ts';

const PAGE_BYTES = 4096;
/** Names of the reasons of faults (virtio 1.2, 5.13.6.9). */
const REASONS = ['unknown', 'domain', 'mapping'] as const;

/** Gives an endpoint's name. */
export type NameOf = (endpoint: number) => string;

function bytesCell(bytes: number): StatCell {
  return { text: formatBytes(bytes), value: bytes };
}

function timeCell(ms: number | null, clock: Clock): StatCell {
  return ms === null ? { text: '–', value: '' } : { text: clock.duration(ms), value: ms };
}

export function domainTable(counted: Counted, nameOf: NameOf): StatTable {
  const { domains, otherDomains } = counted.figures;
  return {
    id: 'domains',
    title: 'Mappings by domain',
    heads: [
      { name: 'Domain' },
      { name: 'MAP', title: 'Accepted MAP requests', isNumber: true },
      { name: 'UNMAP', title: 'Accepted UNMAP requests', isNumber: true },
      { name: 'Mapped', title: 'Bytes of the mappings made', isNumber: true, unit: 'bytes' },
      {
        name: 'Unmapped',
        title: 'Bytes of the mappings that ended, by UNMAP or with their domain',
        isNumber: true,
        unit: 'bytes',
      },
    ],
    rows: domains.map(({ domain, endpoints, maps, unmaps, mappedBytes, endedBytes }) => {
      const names = endpoints.map(nameOf).join(', ');
      return {
        cells: [
          textCell(names === '' ? `D${domain}` : `D${domain} · ${names}`),
          countCell(maps),
          countCell(unmaps),
          bytesCell(mappedBytes),
          bytesCell(endedBytes),
        ],
        lead: {
          kind: 'filter',
          text: filterOf(counted, 'kind in {map, unmap}', `domain == ${domain}`, 'status == ok'),
        },
      };
    }),
    note:
      otherDomains === 0
        ? null
        : `${formatExact(otherDomains)} requests to further domains are not listed.`,
  };
}

export function lifetimeTable({ figures: { lifetimes } }: Counted, clock: Clock): StatTable {
  const { made, ended, left, shortestMs, medianMs, longest } = lifetimes;
  const row = (name: string, cell: StatCell, lead: Lead | null = null): StatRow => ({
    cells: [textCell(name), cell],
    lead,
  });
  const toLongest: Lead | null =
    longest === null ? null : { kind: 'select', locator: { kind: 'event', sequence: longest.id } };
  return {
    id: 'lifetimes',
    title: 'Lifetimes of mappings',
    heads: [
      { name: 'Of those made here' },
      { name: 'Figure', isNumber: true, unit: `or ${clock.unit}` },
    ],
    rows:
      made === 0
        ? []
        : [
            row('Made', countCell(made)),
            row('Ended again', countCell(ended)),
            row('Left at the end', countCell(left)),
            row('Shortest life', timeCell(shortestMs, clock)),
            row('Median life', timeCell(medianMs, clock)),
            row('Longest life', timeCell(longest?.ms ?? null, clock), toLongest),
          ],
    note: null,
  };
}

export function dmaTable({ figures: { dma } }: Counted, nameOf: NameOf): StatTable {
  return {
    id: 'dma',
    title: 'DMA by device',
    heads: [
      { name: 'Device' },
      { name: 'Accesses', title: 'All, those that were stopped too', isNumber: true },
      { name: 'Translated', isNumber: true, unit: 'bytes' },
      { name: 'Bypassed', title: 'Past translation', isNumber: true, unit: 'bytes' },
      { name: 'Blocked', title: 'Stopped', isNumber: true, unit: 'bytes' },
    ],
    rows: dma.map((each) => ({
      cells: [
        textCell(nameOf(each.id)),
        countCell(each.translated + each.bypassed + each.blocked),
        bytesCell(each.translatedBytes),
        bytesCell(each.bypassedBytes),
        bytesCell(each.blockedBytes),
      ],
      lead: { kind: 'select', locator: { kind: 'endpoint', id: each.id } },
    })),
    note: 'From the device’s counters, which are read up to 20 times a second and do not tell reads from writes.',
  };
}

export function faultTable(counted: Counted, nameOf: NameOf): StatTable {
  const { faults } = counted.figures;
  return {
    id: 'faults',
    title: 'Stopped accesses',
    heads: [{ name: 'Device' }, { name: 'Reason' }, { name: 'Count', isNumber: true }],
    rows: faults.map(({ endpoint, what, count }) => {
      const terms = ['kind == fault', `endpoint == ${endpoint}`, `reason == ${what}`];
      return {
        cells: [
          textCell(nameOf(endpoint)),
          textCell(`no ${REASONS[what] ?? 'known reason'}`.replace('no unknown', 'unknown')),
          countCell(count),
        ],
        lead: { kind: 'filter', text: filterOf(counted, ...terms) },
      };
    }),
    note: null,
  };
}

export function causeTable({ figures }: Counted, nameOf: NameOf, clock: Clock): StatTable {
  const { causes, explained, faults, afterUnmap } = figures;
  const all = faults.reduce((sum, { count }) => sum + count, 0);
  const notes = [
    explained < all ? `Of the latest ${formatExact(explained)} of ${formatExact(all)}.` : null,
    afterUnmap === null
      ? null
      : `The soonest came ${clock.duration(afterUnmap.soonestMs)} after the UNMAP of its address.`,
  ].filter((note) => note !== null);
  return {
    id: 'causes',
    title: 'Why they were stopped',
    heads: [{ name: 'Device' }, { name: 'Cause' }, { name: 'Count', isNumber: true }],
    rows: causes.map(({ endpoint, what, count, latest }) => ({
      cells: [textCell(nameOf(endpoint)), textCell(CAUSES[what].title), countCell(count)],
      lead: { kind: 'select', locator: { kind: 'event', sequence: latest } },
    })),
    note: notes.length === 0 ? null : notes.join(' '),
  };
}

function pageRow({ page, pages }: PageFigures, figure: StatCell): StatRow {
  const gpa = toGpa(BigInt(page) * BigInt(PAGE_BYTES));
  return {
    cells: [textCell(formatAddress(gpa)), bytesCell(pages * PAGE_BYTES), figure],
    lead: { kind: 'select', locator: { kind: 'page', gpa } },
  };
}

const PAGE_HEADS = [
  { name: 'Memory', title: 'Guest-physical address of its first page' },
  { name: 'Size', isNumber: true, unit: 'bytes' },
] as const;

export function mappedTable({ figures: { mapped } }: Counted): StatTable {
  return {
    id: 'mapped',
    title: 'Memory mapped most often',
    heads: [...PAGE_HEADS, { name: 'MAPs', title: 'MAPs of each page of it', isNumber: true }],
    rows: mapped.map((run) => pageRow(run, countCell(run.value))),
    note: null,
  };
}

export function reachedTable({ figures: { reached } }: Counted, clock: Clock): StatTable {
  return {
    id: 'reached',
    title: 'Memory in reach longest',
    heads: [
      ...PAGE_HEADS,
      {
        name: 'Mapped for',
        title: 'Guest time, added up where several mappings lead to the same page',
        isNumber: true,
        unit: clock.unit,
      },
    ],
    rows: reached.map((run) => pageRow(run, timeCell(run.value, clock))),
    note: 'Through mappings; a device that bypasses translation reaches all memory.',
  };
}
