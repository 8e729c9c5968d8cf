import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attach,
  map,
  recordOf,
  symbolize,
  type Told,
} from '../../../test/support/filter-records.ts';
import { completeFilter, type SeenWords } from './complete-filter.ts';
import { FIELDS } from './fields.ts';
import { parseFilter } from './parse-filter.ts';
import { RecordWords } from './record-words.ts';

const SEEN: SeenWords = {
  endpoints: [
    { id: 4097, name: 'virtio-blk' },
    { id: 80, name: 'virtio-net' },
    { id: 240, name: 'ide' },
  ],
  tasks: [
    { pid: 1, comm: 'init' },
    { pid: 71, comm: 'dd' },
    { pid: 72, comm: 'dd' },
  ],
  symbols: ['iommu_map', 'virtblk_add_req'],
  domains: [1, 2],
};

/** Stands where the cursor is. */
const CURSOR = '|';

function labels(marked: string): readonly string[] {
  const text = marked.replace(CURSOR, '');
  return completeFilter(text, marked.indexOf(CURSOR), SEEN).options.map(({ label }) => label);
}

describe('completeFilter', () => {
  it('offers every field where one can stand, with what it is', () => {
    const { from, to, options } = completeFilter('', 0, SEEN);
    expect({ from, to }).toEqual({ from: 0, to: 0 });
    expect(options.map(({ label }) => label)).toEqual([...FIELDS.keys(), 'by("', '!', '(']);
    expect(options[0]).toEqual({ label: 'kind', detail: 'what happened', kind: 'field' });
  });

  it.each([
    ['k|', ['kind', 'task']],
    ['kind == map && re|', ['reason', 'removed', 'refused', 'reported']],
    ['!(ga|', []],
    ['kind |', ['==', '!=', 'in']],
    ['task |', ['==', '!=', '~', 'in']],
    ['flags |', ['==', '!=', 'has']],
    ['iova i|', ['in']],
    ['refused |', ['&&', '||']],
    ['(refused |', ['&&', '||', ')']],
    ['nothing |', []],
    ['kind == f|', ['fault', 'notification']],
    ['kind == map |', ['&&', '||']],
    ['kind == m|ap', ['map', 'unmap', 'bus-master', 'system-reset', 'sample']],
    ['kind in |', [...(FIELDS.get('kind')?.names ?? []), '{']],
    ['kind in {map, prob|', ['probe']],
    ['kind in {map |', [',', '}']],
    ['domain in {1 |', ['..', ',', '}']],
    ['status != ran|', ['range']],
    ['reason == |', ['unknown', 'domain', 'mapping']],
    ['endpoint == |', ['"virtio-blk"', '"virtio-net"', '"ide"']],
    ['endpoint == virtio-b|', ['"virtio-blk"']],
    ['endpoint == "virtio-|', ['"virtio-blk"', '"virtio-net"']],
    ['endpoint in {"ide", "virtio-n|"}', ['"virtio-net"']],
    ['task == |', ['"init"', '"dd"']],
    ['pid == 7|', ['71', '72']],
    ['domain == |', ['1', '2']],
    ['flags has w|', ['write']],
    ['by(|', ['"iommu_map"', '"virtblk_add_req"']],
    ['by("virt|', ['"virtblk_add_req"']],
    ['time > |', []],
    [') |', []],
  ])('completes %s', (marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });

  it.each([
    ['kind == m|ap', 8, 11],
    ['endpoint in {"ide", "virtio-n|"}', 20, 30],
    ['kind |== map', 5, 5],
  ])('takes the place of the whole word in %s', (marked, from, to) => {
    const text = marked.replace(CURSOR, '');
    expect(completeFilter(text, marked.indexOf(CURSOR), SEEN)).toMatchObject({ from, to });
  });

  it('offers only what the language takes there', () => {
    const texts = [
      'kind == map && endpoint == "ide" || !(iova in {1..2, 5}) && flags has write',
      'by("iommu_map") && task != "dd" && refused',
    ];
    // Wrong at its end at most, where it only wants to go on
    const isTaken = (text: string): boolean => {
      const parsed = parseFilter(text);
      return parsed.isValid || parsed.problem.from >= text.length || text.endsWith('by("');
    };
    const offered = texts.flatMap((text) =>
      Array.from({ length: text.length + 1 }, (_, at) => {
        const { from, options } = completeFilter(text, at, SEEN);
        return options.map(({ label }) => text.slice(0, from) + label);
      }).flat(),
    );
    expect(offered.length).toBeGreaterThan(500);
    expect(offered.filter((text) => !isTaken(text))).toEqual([]);
  });

  it('answers at any place of any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, draw) => {
        const at = Math.min(draw, text.length);
        const { from, to } = completeFilter(text, at, SEEN);
        expect(from).toBeLessThanOrEqual(at);
        expect(to).toBeGreaterThanOrEqual(at);
        expect(to).toBeLessThanOrEqual(text.length);
      }),
    );
    expect(completeFilter('('.repeat(65_536), 65_536, SEEN).options).toEqual([]);
  });
});

describe('RecordWords', () => {
  it('finds what a record has seen', () => {
    const by = (pid: number, addresses: readonly number[]): Pick<Told, 'who'> => ({
      who: {
        task: { pid, tgid: pid, comm: `t${pid}`, isInterrupted: pid === 1 },
        stack: { addresses: Uint32Array.from(addresses), isInnermostCertain: true },
      },
    });
    const record = recordOf([
      { ...attach(1, 5), ...by(9, [0x20, 0x99]) },
      { ...map(3), ...by(1, [0x10, 0x20]) },
      { ...map(5), ...by(9, []) },
    ]);
    const words = new RecordWords(record, symbolize);
    expect(words.endpoints.map(({ name }) => name)).toEqual(['disk', 'net']);
    expect(words.tasks.map(({ comm }) => comm)).toEqual(['t1', 't9']);
    expect(words.symbols).toEqual(['dma_map_page.isra.0', 'virtblk_add_req']);
    expect(words.domains).toEqual([3, 5]);
    expect(new RecordWords(record).symbols).toEqual([]);
  });
});
