import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTold, recordOf, type Told } from '../../../test/support/filter-records.ts';
import { NO_STATUS } from '../record/event-columns.ts';
import { CSV_HEADER, csvPieces } from './csv.ts';

const text = (told: readonly Told[]): string => [...csvPieces(recordOf(told), 1)].join('');

/** Cells of CSV, read by RFC 4180 character by character. */
function cellsOf(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < csv.length; at += 1) {
    const [character = '', next] = [csv[at], csv[at + 1]];
    if (isQuoted && character === '"' && next === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\r' && next === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      at += 1;
    } else cell += character;
  }
  expect([row, cell, isQuoted]).toEqual([[], '', false]);
  return rows;
}

const [COLUMNS = []] = cellsOf(CSV_HEADER);

describe('a record as CSV', () => {
  it('has a line for each event, with the fields that it has', () => {
    const dd = { pid: 71, tgid: 71, comm: 'my "dd", 2', isInterrupted: false };
    const csv = text([
      { event: { kind: 'attached', endpoint: 1, domain: 2, flags: 0, status: NO_STATUS } },
      {
        event: {
          kind: 'mapped',
          domain: 2,
          virtStart: 0xffff_f000n,
          virtEnd: 0xffff_ffffn,
          physStart: 0x5000n,
          flags: 3,
          status: 0,
        },
        timeMs: 1.5,
        who: { task: dd, stack: null },
      },
    ]);
    expect(CSV_HEADER + csv).toBe(
      [
        'sequence,timeMs,kind,endpointName,endpoint,domain,virtStart,virtEnd,physStart,flags,status,removed,reason,address,start,length,isRing,mappedFlags,isReported,type,readableBytes,writableBytes,isBypass,features,isMaster,task,pid',
        '1,0,attached,disk,1,2,,,,0,,,,,,,,,,,,,,,,,',
        '2,1.5,mapped,,,2,0xfffff000,0xffffffff,0x5000,3,0,,,,,,,,,,,,,,,"my ""dd"", 2",71',
        '',
      ].join('\r\n'),
    );
  });

  it('begins where it is asked to', () => {
    const record = recordOf([{ event: { kind: 'reset' } }, { event: { kind: 'system-reset' } }]);
    expect([...csvPieces(record, 2)].join('')).toMatch(/^2,1,system-reset,/);
    expect([...csvPieces(record, 3)]).toEqual([]);
  });

  it('says what the events say, whatever they are and whoever did it', () => {
    const comm = fc.string({
      unit: fc.constantFrom('"', ',', '\r', '\n', ' ', 'a'),
      maxLength: 15,
    });
    fc.assert(
      fc.property(fc.array(anyTold), comm, (told, name) => {
        const task = { pid: 1, tgid: 1, comm: name, isInterrupted: false };
        const all = told.map((each) => ({ ...each, who: { task, stack: null } }));
        const rows = cellsOf(text(all));
        expect(rows).toHaveLength(told.length);
        for (const [index, { event }] of all.entries()) {
          const row = new Map(COLUMNS.map((column, at) => [column, rows[index]?.[at]]));
          expect(row.get('task')).toBe(name);
          for (const [field, value] of Object.entries(event)) {
            const expected = typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
            expect(row.get(field)).toBe(expected === null ? '' : String(expected));
          }
        }
      }),
    );
  });
});
