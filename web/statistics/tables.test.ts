import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../test/support/past-steps.ts';
import { compileFilter } from '../../src/trace/filter/compile-filter.ts';
import { rangeBetween, TICK_MS } from '../../src/trace/record/time-range.ts';
import { History } from '../../src/trace/replay/history.ts';
import { StretchCount } from '../../src/trace/statistics/stretch-count.ts';
import type { Counted } from '../model/statistics-view.ts';
import { csvOf, jsonOf, statTables, summary } from './tables.ts';

const PORTS = { nameOf: (id: number) => `ep${id}`, driverOf: () => null, isAsking: false };
/** The column of a table that its rows' filters count, from 0; domains have two. */
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  domains: [1, 2],
  events: [1],
  requests: [2],
  faults: [2],
};

function counted(history: History, range: Counted['figures']['range'], moment: number | null) {
  const count = new StretchCount(history, range, moment ?? Infinity);
  count.advance(() => false);
  if (count.result === null) throw new Error('it was counted at once');
  return count.result;
}

describe('the tables of a stretch', () => {
  it('lead to filters that let through what they have counted', () => {
    let rows = 0;
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose'),
        fc.nat(400),
        fc.nat(400),
        fc.option(fc.nat(400)),
        (options, steps, one, other, at) => {
          const rig = new PastRig(options);
          const history = new History(rig.record);
          for (const step of steps) rig.do(step);
          rig.take();
          const { record } = rig;
          const timeOf = (place: number): number =>
            record.event(1 + (place % record.lastSequence))?.timeMs ?? 0;
          const range = rangeBetween(timeOf(one), timeOf(other) + TICK_MS);
          const moment = at === null ? null : 1 + (at % record.lastSequence);
          for (const isWhole of [false, true]) {
            const whole = { fromMs: 0, toMs: timeOf(record.lastSequence - 1) + TICK_MS };
            const figures = counted(history, isWhole ? whole : range, moment);
            const tables = statTables({ figures, isWhole, moment }, PORTS);
            for (const { id, rows: list } of tables) {
              for (const { cells, lead } of list) {
                if (lead?.kind !== 'filter') continue;
                const compiled = compileFilter(lead.text, record);
                if (!compiled.isValid) throw new Error(`${lead.text}: ${compiled.problem.message}`);
                const sum = (COUNTS[id] ?? []).reduce(
                  (all, column) => all + Number(cells[column]?.value),
                  0,
                );
                expect(compiled.filter.count(), lead.text).toBe(sum);
                rows += 1;
              }
            }
          }
        },
      ),
      { seed: 21, numRuns: 8 },
    );
    expect(rows).toBeGreaterThan(80);
  });
});

const RANGE = { fromMs: 1000, toMs: 2000 };
const FIGURES: Counted['figures'] = {
  span: { first: 11, end: 832 },
  range: RANGE,
  kinds: [
    { kind: 'mapped', count: 412 },
    { kind: 'unmapped', count: 409 },
  ],
  requests: [
    { kind: 'mapped', status: 0, count: 412 },
    { kind: 'unmapped', status: null, count: 409 },
  ],
  domains: [
    {
      domain: 1,
      endpoints: [7],
      maps: 400,
      mappedBytes: 4096,
      unmaps: 400,
      ended: 400,
      endedBytes: 1 << 20,
    },
    {
      domain: 2,
      endpoints: [],
      maps: 12,
      mappedBytes: 8192,
      unmaps: 9,
      ended: 9,
      endedBytes: 0,
    },
  ],
  otherDomains: 0,
  lifetimes: {
    made: 412,
    ended: 409,
    left: 3,
    shortestMs: 0.01,
    medianMs: 0.0354,
    longest: { ms: 900, id: 12 },
  },
  mapped: [{ page: 0x317, pages: 3, value: 88 }],
  reached: [],
  dma: [],
  faults: [{ endpoint: 7, what: 2, count: 300, latest: 800 }],
  causes: [{ endpoint: 7, what: 'unmapped', count: 64, latest: 800 }],
  explained: 64,
  afterUnmap: { count: 64, soonestMs: 0.0125, sequence: 800 },
  tasks: [
    { task: { pid: 83, tgid: 83, comm: '=dd "x"', isInterrupted: false }, requests: 5 },
    { task: { pid: 0, tgid: 0, comm: 'swapper', isInterrupted: true }, requests: 4 },
  ],
  stacks: [
    { stack: { addresses: Uint32Array.of(1), isInnermostCertain: true }, requests: 6 },
    { stack: { addresses: Uint32Array.of(2), isInnermostCertain: true }, requests: 3 },
    { stack: { addresses: Uint32Array.of(3), isInnermostCertain: true }, requests: 2 },
  ],
};
const COUNTED: Counted = { figures: FIGURES, isWhole: false, moment: null };

function cellsOf(id: string, isAsking = false): readonly (readonly string[])[] {
  const driverOf = ({ addresses }: { readonly addresses: Uint32Array }): string | null =>
    addresses[0] === 3 ? null : 'virtblk_add_req';
  const tables = statTables(COUNTED, { ...PORTS, driverOf, isAsking });
  return (
    tables
      .find((table) => table.id === id)
      ?.rows.map(({ cells }) => cells.map(({ text }) => text)) ?? []
  );
}

describe('what is told of a stretch', () => {
  it('is first a sentence', () => {
    expect(summary(COUNTED, PORTS.nameOf)).toBe(
      'In 1.00 s of guest time: 821 requests (821 a second), among them 412 MAPs and 409 UNMAPs. ' +
        'Most are for domain 1 (ep7): 400 MAPs and 400 UNMAPs. 300 accesses stopped.',
    );
    const none = { ...FIGURES, kinds: [], requests: [], domains: [], faults: [] };
    expect(summary({ ...COUNTED, figures: none }, PORTS.nameOf)).toBe(
      'In 1.00 s of guest time nothing was asked of the IOMMU.',
    );
  });

  it.each([
    ['domains', ['D1 · ep7', '400', '400', '4 KiB', '1 MiB']],
    ['events', ['MAP', '412', '412']],
    ['requests', ['MAP', 'OK', '412', '50 %']],
    ['faults', ['ep7', 'no mapping', '300']],
    ['causes', ['ep7', 'Unmapped before', '64']],
    ['tasks', ['=dd "x" (83)', '5']],
    ['functions', ['virtblk_add_req', '9']],
    ['mapped', ['0x00317000', '12 KiB', '88']],
  ])('%s: %j', (id, first) => {
    expect(cellsOf(id)[0]).toEqual(first);
  });

  it('has no table without rows, and says which names are on their way', () => {
    const ids = statTables(COUNTED, PORTS).map(({ id }) => id);
    expect(ids).not.toContain('dma');
    expect(ids).not.toContain('reached');
    expect(cellsOf('functions')[1]).toEqual(['not known', '2']);
    expect(cellsOf('functions', true)[1]).toEqual(['names are being fetched …', '2']);
    expect(cellsOf('tasks')[1]).toEqual(['interrupt during swapper (0)', '4']);
  });

  it('is a file for spreadsheets, in which no text becomes a formula', () => {
    const lines = csvOf(statTables(COUNTED, PORTS)).split('\r\n');
    expect(lines[0]).toBe('Mappings by domain');
    expect(lines[1]).toBe('Domain,MAP,UNMAP,Mapped (bytes),Unmapped (bytes)');
    expect(lines[2]).toBe('D1 · ep7,400,400,4096,1048576');
    expect(lines).toContain(`"'=dd ""x"" (83)",5`);
  });

  it('is JSON', () => {
    const json: unknown = JSON.parse(jsonOf(COUNTED, statTables(COUNTED, PORTS)));
    expect(json).toMatchObject({
      range: RANGE,
      sequences: { first: 11, end: 832 },
      requests: [{ Request: 'MAP', Status: 'OK', Count: 412 }, {}],
    });
  });
});
