import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { compileFilter } from '../../src/trace/filter/compile-filter.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { Mark } from '../../src/trace/record/marks.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import { HEAD } from '../testing/told-events.ts';
import { AT_END, barMoved, held, movedBy, windowAt, type Place } from './list-place.ts';
import { RowList, type RowFilter, type Rows } from './row-list.ts';

const SEED = 12;
const ROW = 20;
const FILTERS = [
  '',
  'kind == map',
  'domain in 1..2 && iova in 0x2000..0x5fff',
  'kind != map || length > 4KiB',
  'kind == console || kind == unmap',
  'sequence > 40 && !refused',
  'kind == started',
] as const;

/** What happens to a record: `events` by kind, a line on the console, a way back, and a look at the list. */
type Step =
  | { readonly kind: 'events'; readonly domains: readonly number[] }
  | { readonly kind: 'print' }
  | { readonly kind: 'rewind'; readonly part: number }
  | { readonly kind: 'look'; readonly scroll: number }
  | { readonly kind: 'choose'; readonly filter: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .array(fc.nat(3), { maxLength: 40 })
        .map((domains): Step => ({ kind: 'events', domains })),
    },
    { weight: 2, arbitrary: fc.constant<Step>({ kind: 'print' }) },
    {
      weight: 1,
      arbitrary: fc
        .double({ min: 0, max: 1, noNaN: true })
        .map((part): Step => ({ kind: 'rewind', part })),
    },
    {
      weight: 5,
      arbitrary: fc
        .integer({ min: -900, max: 900 })
        .map((scroll): Step => ({ kind: 'look', scroll })),
    },
    {
      weight: 1,
      arbitrary: fc.nat(FILTERS.length - 1).map((filter): Step => ({ kind: 'choose', filter })),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

/** A list of a record, and the same told naively. */
class ListRig {
  readonly #recorder = new Recorder();
  readonly record: IommuRecord;
  #sequence = 0;
  #filter: RowFilter = { select: null, isListedMark: () => true };
  #text = '';
  list: RowList;

  constructor(maxBytes: number) {
    this.record = new IommuRecord(HEAD, { maxBytes });
    this.list = new RowList(this.record, this.#filter);
  }

  say(domain: number): void {
    this.#sequence += 1;
    const virtStart = BigInt(this.#sequence % 8) * 0x1000n;
    const range = { virtStart, virtEnd: virtStart + 0xfffn, status: 0 };
    const event: DeviceEvent =
      domain === 3
        ? { kind: 'unmapped', domain: 1, ...range, removed: 1 }
        : { kind: 'mapped', domain, ...range, physStart: 0n, flags: 3 };
    const at = { timeMs: this.#sequence, instructions: this.#sequence };
    this.#recorder.add({ ...event, sequence: this.#sequence }, at);
  }

  print(): void {
    const at = { timeMs: this.#sequence, instructions: this.#sequence };
    this.#recorder.mark({ kind: 'console', line: `line ${this.#sequence}` }, at);
  }

  take(): void {
    for (const batch of this.#recorder.take()) this.record.append(batch);
  }

  rewind(part: number): void {
    this.take();
    const { firstSequence, lastSequence } = this.record;
    const sequence = Math.round(firstSequence + part * (lastSequence - firstSequence));
    this.record.rewind(sequence);
    this.#sequence = sequence;
  }

  choose(text: string): void {
    const compiled = compileFilter(text, this.record);
    if (!compiled.isValid) throw new Error(compiled.problem.message);
    const { filter } = compiled;
    this.#text = text;
    this.#filter = {
      select: text === '' ? null : (from, to) => filter.select(from, to),
      isListedMark: (mark) => filter.matchesMark(mark),
    };
    this.list.dispose();
    this.list = new RowList(this.record, this.#filter);
  }

  /** Sequences of events, and marks, in their order. */
  naive(): readonly (number | Mark)[] {
    const compiled = compileFilter(this.#text, this.record);
    if (!compiled.isValid) throw new Error(compiled.problem.message);
    const { filter } = compiled;
    const { firstSequence, lastSequence, marks } = this.record;
    const listed = marks.filter(
      (mark) => mark.sequence >= firstSequence - 1 && filter.matchesMark(mark),
    );
    const all: (number | Mark)[] = listed.filter(
      ({ sequence }) => sequence < Math.max(1, firstSequence),
    );
    for (let each = firstSequence; each > 0 && each <= lastSequence; each += 1) {
      if (filter.passes(each)) all.push(each);
      all.push(...listed.filter(({ sequence }) => sequence === each));
    }
    return all;
  }

  /** What is seen. */
  seen(place: Place, height: number): readonly (number | Mark | undefined)[] {
    const { first, end } = windowAt(this.list, place, { height, rowHeight: ROW });
    return Array.from({ length: end - first }, (_, at) => {
      const row = this.list.row(first + at);
      return row?.mark ?? row?.sequence;
    });
  }
}

describe('the list of events', () => {
  it('shows what a naive filter lets through, wherever it is scrolled and whatever comes', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 30, max: 400 }),
        fc.boolean(),
        (all, height, isSmall) => {
          const rig = new ListRig(isSmall ? 1 : 1 << 24);
          const size = { height, rowHeight: ROW };
          let place: Place = AT_END;
          for (const step of all) {
            if (step.kind === 'events') step.domains.forEach((domain) => rig.say(domain));
            else if (step.kind === 'print') rig.print();
            else if (step.kind === 'rewind') {
              rig.rewind(step.part);
              rig.say(0);
            } else if (step.kind === 'choose') rig.choose(FILTERS[step.filter] ?? '');
            else {
              rig.take();
              // In slices, as the page does
              let left = 1;
              while (!rig.list.advance(() => left-- <= 0)) left = 1;
              const naive = rig.naive();
              expect(rig.list.count).toBe(naive.length);
              expect(
                Array.from(naive, (_, at) =>
                  rig.list.indexOf(rig.list.row(at) ?? { sequence: -1, nth: 0 }),
                ),
              ).toEqual([...naive.keys()]);
              place = movedBy(rig.list, place, step.scroll, size);
              const { first, end } = windowAt(rig.list, place, size);
              expect(rig.seen(place, height)).toEqual(naive.slice(first, end));
              expect(end - first).toBeGreaterThanOrEqual(
                Math.min(naive.length, Math.floor(height / ROW)),
              );
            }
          }
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('stands still while events come and go, and follows its end otherwise', () => {
    const rig = new ListRig(1 << 20);
    const size = { height: 200, rowHeight: ROW };
    const say = (count: number): void => {
      for (let each = 0; each < count; each += 1) rig.say(each % 4);
      rig.take();
      rig.list.advance();
    };
    say(1000);
    expect(rig.seen(AT_END, 200).at(-1)).toBe(1000);
    const place = held(rig.list, movedBy(rig.list, AT_END, -205, size), size);
    const before = rig.seen(place, 200);
    say(60_000);
    expect(rig.record.firstSequence).toBeGreaterThan(1);
    expect(rig.seen(AT_END, 200).at(-1)).toBe(61_000);
    expect(before).toContain(985);
    const kept = movedBy(rig.list, AT_END, -4_000, size);
    const seen = rig.seen(kept, 200);
    say(3_000);
    expect(rig.seen(kept, 200)).toEqual(seen);
    // What it stood at is gone: the oldest that is kept
    expect(rig.seen(place, 200)[0]).toBe(rig.record.firstSequence);
  });
});

describe('the scroll bar of a million rows', () => {
  const rows: Rows = {
    count: 1_000_000,
    events: 1_000_000,
    row: (index) => ({ sequence: index + 1, nth: 0, mark: null }),
    indexOf: ({ sequence }) => sequence - 1,
    hasEvent: () => true,
    beside: (sequence, by) => sequence + by,
  };
  const size = { height: 440, rowHeight: ROW };
  const bar = { height: 8_000_000 };

  it('moves the list exactly where it moves a little, and to a part of it where it moves far', () => {
    const first = (place: Place): number => windowAt(rows, place, size).first;
    const middle = barMoved(rows, AT_END, { ...bar, from: 8_000_000 - 440, to: 4_000_000 }, size);
    expect(first(middle)).toBeCloseTo(500_000, -2);
    const near = barMoved(rows, middle, { ...bar, from: 4_000_000, to: 4_000_000 - 5 * ROW }, size);
    expect(first(middle) - first(near)).toBe(5);
    const top = barMoved(rows, middle, { ...bar, from: 4_000_000, to: 0 }, size);
    expect(first(top)).toBe(0);
  });
});
