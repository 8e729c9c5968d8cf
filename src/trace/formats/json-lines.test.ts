import { describe, expect, it } from 'vitest';
import { HEAD } from '../../../test/support/filter-records.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import type { MarkContent } from '../record/marks.ts';
import { Recorder } from '../record/recorder.ts';
import { JsonLines } from './json-lines.ts';
import { JsonLinesReader } from './json-lines-reader.ts';

const COUNTS = {
  translated: 1,
  translatedBytes: 2,
  bypassed: 3,
  bypassedBytes: 4,
  blocked: 5,
  blockedBytes: 6,
};
const { bypassed: _bypassed, bypassedBytes: _bytes, ...OF_DOMAIN } = COUNTS;
const ACCESS = { endpoint: 1, address: 2n ** 64n - 4n, length: 4, access: 'read' } as const;

const CONTENTS: readonly MarkContent[] = [
  { kind: 'console', line: 'a "quoted" line' },
  { kind: 'stage', stage: 'ready' },
  { kind: 'access', ...ACCESS, outcome: 'blocked', isBypass: false, fault: 3 },
  { kind: 'doorbell', endpoint: 1, address: 0xfee0_0000n, data: 7 },
  { kind: 'notification', endpoint: null, queue: 0, count: 9 },
  { kind: 'sample', ...ACCESS, isRing: true },
  { kind: 'counters', endpoints: [{ id: 1, ...COUNTS }], domains: [{ id: 0, ...OF_DOMAIN }] },
  { kind: 'power', what: 'halted' },
  { kind: 'gone-to', from: 8 },
  { kind: 'gap', events: 2 },
];

/** Each mark comes behind an event. */
function recorded(): { readonly record: IommuRecord; readonly lines: readonly string[] } {
  const [recorder, record] = [new Recorder(), new IommuRecord(HEAD)];
  const lines = new JsonLines(record);
  const written: string[] = [];
  for (const [index, content] of CONTENTS.entries()) {
    const time = { timeMs: index / 4, instructions: 0 };
    if (index === 0) recorder.mark({ kind: 'console', line: 'before all' }, time);
    recorder.add({ kind: 'reset', sequence: index + 1 }, time);
    recorder.mark(content, time);
    if (index % 3 !== 0) continue;
    for (const batch of recorder.take()) record.append(batch);
    written.push(...lines.next());
  }
  return { record, lines: written };
}

async function read(text: string): Promise<JsonLinesReader> {
  const reader = new JsonLinesReader();
  await reader.push(new TextEncoder().encode(text));
  await reader.end();
  return reader;
}

describe('JSON lines', () => {
  it('have each event and each mark once, in their order', () => {
    const { lines } = recorded();
    const places = lines.map((line) => {
      const { sequence, after } = JSON.parse(line);
      return typeof sequence === 'number' ? `#${sequence}` : `after #${after}`;
    });
    const each = CONTENTS.flatMap((_content, index) => [`#${index + 1}`, `after #${index + 1}`]);
    expect(places).toEqual(['after #0', ...each]);
  });

  it('are read again as they were', async () => {
    const { record, lines } = recorded();
    const reader = await read(lines.join(''));
    expect(reader.remarks).toEqual([]);
    expect(reader.record.marks).toEqual(record.marks);
    expect([...new JsonLines(reader.record).next()]).toEqual(lines);
  });

  it('may hold marks only', async () => {
    const { record } = await read('{"after":0,"timeMs":1,"kind":"stage","stage":"kernel"}\n');
    expect(record.marks).toMatchObject([{ kind: 'stage', stage: 'kernel', sequence: 0 }]);
  });

  it('say where they have no times, and are read again in that order', async () => {
    const lines = [
      '{"sequence":2,"timeMs":null,"kind":"reset"}\n',
      '{"after":2,"timeMs":null,"kind":"stage","stage":"kernel"}\n',
    ];
    const { record, remarks } = await read(lines.join(''));
    expect(remarks).toEqual([]);
    expect(record.head.facts.times).toBe(false);
    expect([record.event(2)?.timeMs, record.marks[0]?.timeMs]).toEqual([2, 2]);
    expect([...new JsonLines(record).next()]).toEqual(lines);
  });

  it.each([
    [
      '{"after":4,"timeMs":null,"kind":"stage","stage":"x"}',
      'it has no time, and lines before it have',
    ],
    ['{"sequence":5,"timeMs":null,"kind":"reset"}', 'it has no time, and lines before it have'],
    ['{"after":4,"timeMs":1,"kind":"weather"}', 'Line 2 was left out: there is no mark "weather"'],
    ['{"after":4,"timeMs":1,"kind":"console"}', 'there is no mark "console" like this'],
    ['{"after":4,"timeMs":1,"kind":"sample","address":7}', 'no mark "sample" like this'],
    ['{"after":3,"timeMs":1,"kind":"stage","stage":"x"}', 'after event 3 comes behind event 4'],
    ['{"after":', 'this is not JSON'],
  ])('are told of where they are wrong: %s', async (line, words) => {
    const { remarks } = await read(`{"sequence":4,"timeMs":1,"kind":"reset"}\n${line}\n`);
    expect(remarks.join()).toContain(words);
  });
});
