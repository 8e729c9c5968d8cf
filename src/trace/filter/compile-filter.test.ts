import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from '../../../test/support/expect-same.ts';
import {
  anyFilter,
  anyTold,
  attach,
  few,
  HEAD,
  kind,
  map,
  recordOf,
  status,
  symbolize,
} from '../../../test/support/filter-records.ts';
import { naiveSelect } from '../../../test/support/naive-filter.ts';
import { CHUNK_EVENTS } from '../record/event-chunk.ts';
import { ALL_FACTS } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import { compileFilter, type CompiledFilter, type FilterOptions } from './compile-filter.ts';

function compiled(text: string, record: IommuRecord, options?: FilterOptions): CompiledFilter {
  const result = compileFilter(text, record, options);
  if (!result.isValid) throw new Error(result.problem.message);
  return result.filter;
}

function selected(text: string, record: IommuRecord, options?: FilterOptions): readonly number[] {
  return [...compiled(text, record, options).select()];
}

describe('compileFilter', () => {
  it('lets the same events through as a look at each of them', () => {
    fc.assert(
      fc.property(
        fc.array(anyTold, { maxLength: 40 }),
        fc.array(fc.nat(40), { maxLength: 3 }),
        anyFilter,
        (told, cuts, filter) => {
          const record = recordOf(told, cuts);
          const result = compileFilter(filter, record, { symbolize });
          if (!result.isValid) throw new Error(result.problem.message);
          const expected = naiveSelect(filter, record, (at) => symbolize(at) ?? '');
          expectSame([...result.filter.select()], expected);
          expectSame(result.filter.count(), expected.length);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['length == 18446744073709551615', []],
    ['length in {18446744073709551615, 0..0}', []],
    ['length in 1..18446744073709551615', []],
    ['length >= 18446744073709551615', [1]],
    ['length > 18446744073709551615', [1]],
    ['length > 0', [1]],
    ['length != 18446744073709551615', [1]],
    ['iova > 18446744073709551615', []],
    ['iova >= 18446744073709551615', [1]],
  ])('knows that all addresses are one more than 64 bits can say: %s', (text, expected) => {
    const event = {
      kind: 'unmapped',
      domain: 0,
      virtStart: 0n,
      virtEnd: 2n ** 64n - 1n,
      removed: 0,
      status: 0,
    } as const;
    const result = compileFilter(text, recordOf([{ event }]));
    expect(result.isValid && [...result.filter.select()]).toEqual(expected);
  });

  it('answers for a row as for all of them, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(anyTold, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(40), { maxLength: 3 }),
        anyFilter,
        fc.array(fc.nat(1000), { maxLength: 30 }),
        (told, cuts, filter, draws) => {
          const record = recordOf(told, cuts);
          const result = compileFilter(filter, record, { symbolize });
          if (!result.isValid) throw new Error(result.problem.message);
          const passed = new Set(naiveSelect(filter, record, (at) => symbolize(at) ?? ''));
          for (const draw of draws) {
            const sequence = 1 + (draw % told.length);
            expectSame(result.filter.passes(sequence), passed.has(sequence));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows attachments in any order', () => {
    const steps = fc.oneof(
      fc.record({ kind: kind('attached'), endpoint: few, domain: few, flags: few, status }),
      fc.record({ kind: kind('detached'), endpoint: few, domain: few, status }),
      few.map((domain) => map(domain).event),
      few.map((domain) => map(domain).event),
      fc.record({ endpoint: few, domain: fc.option(few) }).map((where) => ({
        ...where,
        kind: 'faulted' as const,
        reason: 2,
        flags: 1,
        address: 0n,
        start: 0n,
        length: 1,
        isRing: false,
        mappedFlags: null,
        isReported: true,
      })),
      fc.record({ kind: kind('reset') }),
    );
    fc.assert(
      fc.property(
        fc.array(steps, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(30), { maxLength: 4 }),
        fc.constantFrom('endpoint == 1', 'endpoint != 1', 'endpoint in 1..2'),
        fc.array(fc.nat(1000), { maxLength: 30 }),
        (events, cuts, text, draws) => {
          const record = recordOf(
            events.map((event) => ({ event })),
            cuts,
          );
          const filter = compiled(text, record);
          const passed = new Set(naiveSelect(filter.filter, record, () => ''));
          for (const draw of draws) {
            const sequence = 1 + (draw % events.length);
            expectSame(filter.passes(sequence), passed.has(sequence));
          }
          expectSame(filter.count(), passed.size);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('selects a stretch of sequences, both ends included', () => {
    const record = recordOf(Array.from({ length: 5000 }, () => ({ event: { kind: 'reset' } })));
    const filter = compiled('sequence in {10, 2049..2052, 4999}', record);
    expect([...filter.select()]).toEqual([10, 2049, 2050, 2051, 2052, 4999]);
    expect([...filter.select(2050, 2051)]).toEqual([2050, 2051]);
    expect([...filter.select(10, 10)]).toEqual([10]);
    expect([...filter.select(11, 5)]).toEqual([]);
    expect([0, 9, 10, 5001].map((sequence) => filter.passes(sequence))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect([filter.count(), filter.count(2050), filter.count(0, 2050)]).toEqual([6, 4, 3]);
  });

  it('knows whose mapping it is by who is attached at that moment', () => {
    const record = recordOf([
      map(1),
      attach(1, 1),
      map(1),
      attach(2, 1),
      map(1),
      attach(1, 2),
      map(1),
      map(2),
      { event: { kind: 'reset' } },
      map(2),
    ]);
    expect(selected('endpoint == "disk" && kind == map', record)).toEqual([3, 5, 8]);
    expect(selected('endpoint == net && kind == map', record)).toEqual([5, 7]);
    expect(selected('endpoint != "disk" && kind == map', record)).toEqual([7]);
  });

  it('asks what an event found when those before it are gone', () => {
    const count = 3 * CHUNK_EVENTS;
    const told = [attach(1, 7), ...Array.from({ length: count }, () => map(7))];
    const record = recordOf(told, [], 2.5 * CHUNK_EVENTS * 54);
    expect(record.evicted).toBeGreaterThan(0);
    const asked: number[] = [];
    const attachmentsAt = (sequence: number): [number, number][] => {
      asked.push(sequence);
      return [[1, 7]];
    };
    expect(selected('endpoint == disk', record)).toEqual([]);
    expect(compiled('endpoint == disk', record, { attachmentsAt }).count()).toBe(record.count);
    expect(asked).toEqual([record.firstSequence]);
  });

  it('follows a record that grows and goes back', () => {
    const record = recordOf([attach(1, 1), map(1), map(2)]);
    const filter = compiled('endpoint == "disk" && kind == map', record);
    expect([...filter.select()]).toEqual([2]);
    record.rewind(1);
    const recorder = new Recorder();
    for (const [sequence, { event }] of [map(2), attach(1, 2), map(2), map(1)].entries()) {
      recorder.add({ ...event, sequence: sequence + 2 }, { timeMs: 9, instructions: 9 });
    }
    for (const batch of recorder.take()) record.append(batch);
    expect([...filter.select()]).toEqual([4]);
  });

  it('judges tasks and stacks that come later', () => {
    const record = recordOf([]);
    const filter = compiled('task == "t300" || by("virtblk_*")', record, { symbolize });
    const recorder = new Recorder();
    for (let sequence = 1; sequence <= 400; sequence += 1) {
      const task = { pid: sequence, tgid: sequence, comm: `t${sequence}`, isInterrupted: false };
      const addresses = Uint32Array.of(sequence === 200 ? 0x10 : 0x1000 + sequence);
      recorder.add(
        { kind: 'reset', sequence },
        {
          timeMs: 0,
          instructions: 0,
          who: { task, stack: { addresses, isInnermostCertain: true } },
        },
      );
      if (sequence % 100 !== 0) continue;
      for (const batch of recorder.take()) record.append(batch);
      filter.count();
    }
    expect([...filter.select()]).toEqual([200, 300]);
  });

  it('refuses what the record cannot answer', () => {
    const facts = { ...ALL_FACTS, status: false };
    const record = new IommuRecord({ ...HEAD, facts });
    expect(compileFilter('kind == map && status != ok', record)).toMatchObject({
      problem: { from: 15, to: 21 },
    });
    expect(compileFilter('endpoint == "disc"', record)).toMatchObject({
      problem: { from: 12, message: expect.stringContaining('Did you mean disk?') },
    });
    expect(compileFilter('by("x")', record)).toMatchObject({ problem: { from: 0, to: 2 } });
    expect(compileFilter({ type: 'claim', field: 'refused' }, record)).toMatchObject({
      isValid: false,
    });
  });

  it('takes as many stars as fit into a text', () => {
    const stack = { addresses: Uint32Array.of(1), isInnermostCertain: true };
    const record = recordOf([{ event: { kind: 'reset' }, who: { task: null, stack } }]);
    const options = { symbolize: () => 'a'.repeat(500) };
    expect(selected(`by("${'*a'.repeat(10_000)}b")`, record, options)).toEqual([]);
    expect(selected(`by("${'*a'.repeat(400)}*")`, record, options)).toEqual([1]);
  });
});
