import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig, type DeviceMoment } from '../../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { explain } from '../explain/explain.ts';
import { rangeBetween, TICK_MS } from '../record/time-range.ts';
import { History } from '../replay/history.ts';
import type { PageFigures, Statistics } from './statistics.ts';
import { StretchCount } from './stretch-count.ts';

const PAGE = 0x1000n;

/** One mapping of the device, as it was told after each event. */
interface NaiveLife {
  readonly domain: number;
  readonly bytes: number;
  readonly firstPage: number;
  readonly pages: number;
  readonly born: number;
  died: number | null;
}

/** All mappings that there ever were, from one list after the other. */
function naiveLives(rig: PastRig): readonly NaiveLife[] {
  const lives: NaiveLife[] = [];
  const alive = new Map<string, NaiveLife>();
  for (const [sequence, moment] of [...rig.moments].toSorted(([one], [other]) => one - other)) {
    const there = new Map(mappingsOf(moment));
    for (const [key, life] of alive) {
      if (there.has(key)) continue;
      life.died = sequence;
      alive.delete(key);
    }
    for (const [key, facts] of there) {
      if (alive.has(key)) continue;
      const life = { ...facts, born: sequence, died: null };
      alive.set(key, life);
      lives.push(life);
    }
  }
  return lives;
}

function mappingsOf({ domains }: DeviceMoment) {
  return domains.flatMap(({ id, list }) =>
    list.map(({ virtStart, virtEnd, physStart }) => {
      const bytes = Number(virtEnd - virtStart + 1n);
      const [firstPage, pages] = [Number(physStart / PAGE), bytes / Number(PAGE)];
      const key = `${id} ${virtStart} ${virtEnd} ${physStart}`;
      return [key, { domain: id, bytes, firstPage, pages }] as const;
    }),
  );
}

/** Runs of pages with the most, from the sum of each page. */
function naiveRuns(sums: ReadonlyMap<number, number>): readonly PageFigures[] {
  const runs: PageFigures[] = [];
  for (const [page, value] of [...sums].toSorted(([one], [other]) => one - other)) {
    const last = runs.at(-1);
    if (last?.value === value && last.page + last.pages === page)
      runs[runs.length - 1] = { ...last, pages: last.pages + 1 };
    else if (value > 0) runs.push({ page, pages: 1, value });
  }
  return runs
    .toSorted((one, other) => other.value - one.value || one.page - other.page)
    .slice(0, 10);
}

function countOf<Key>(keys: readonly Key[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function counted(history: History, fromMs: number, toMs: number): Statistics {
  const count = new StretchCount(history, rangeBetween(fromMs, toMs));
  let steps = 0;
  // A step at a time
  while (!count.advance(() => true)) steps += 1;
  expect(steps).toBeGreaterThan(0);
  if (count.result === null) throw new Error('the record has not changed');
  return count.result;
}

describe('the statistics of a stretch', () => {
  it('are those of one event after the other, and of the device’s own lists of mappings', () => {
    let [seen, ended, faults] = [0, 0, 0];
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose', 'save'),
        fc.nat(400),
        fc.nat(400),
        (options, steps, one, other) => {
          const rig = new PastRig(options);
          const history = new History(rig.record);
          for (const step of steps) rig.do(step);
          rig.take();
          const { record } = rig;
          const [first = 1, last = 1] = [one, other]
            .map((place) => 1 + (place % record.lastSequence))
            .toSorted((low, high) => low - high);
          const timeOf = (sequence: number): number => record.event(sequence)?.timeMs ?? NaN;
          const [fromMs, toMs] = [timeOf(first), timeOf(last) + TICK_MS];
          const figures = counted(history, fromMs, toMs);
          const end = last + 1;
          expect(figures.span).toEqual({ first, end });

          const events = Array.from({ length: end - first }, (_, at) => {
            const event = record.event(first + at)?.event;
            if (event === undefined) throw new Error('no event is missing');
            return event;
          });
          seen += events.length;
          const kinds = countOf(events.map(({ kind }) => kind));
          expect(new Map(figures.kinds.map(({ kind, count }) => [kind, count]))).toEqual(kinds);
          const requests = events.flatMap((event) =>
            'status' in event ? [`${event.kind} ${event.status}`] : [],
          );
          expect(
            new Map(
              figures.requests.map(({ kind, status, count }) => [`${kind} ${status}`, count]),
            ),
          ).toEqual(countOf(requests));

          const lives = naiveLives(rig);
          const made = lives.filter(({ born }) => born >= first && born < end);
          const endedHere = ({ died }: NaiveLife): boolean =>
            died !== null && died >= first && died < end;
          const lengths = made
            .filter(endedHere)
            .map(({ born, died }) => timeOf(died ?? 0) - timeOf(born))
            .toSorted((low, high) => low - high);
          ended += lengths.length;
          const { lifetimes } = figures;
          expect(lifetimes.made).toBe(made.length);
          expect(lifetimes.ended).toBe(lengths.length);
          expect(lifetimes.left).toBe(made.length - lengths.length);
          expect(lifetimes.shortestMs).toBe(lengths[0] ?? null);
          expect(lifetimes.medianMs).toBe(lengths[(lengths.length - 1) >> 1] ?? null);
          expect(lifetimes.longest?.ms).toBe(lengths.at(-1));

          for (const each of figures.domains) {
            const mapped = made.filter(({ domain }) => domain === each.domain);
            const gone = lives.filter((life) => endedHere(life) && life.domain === each.domain);
            expect(each.maps).toBe(mapped.length);
            expect(each.mappedBytes).toBe(mapped.reduce((sum, { bytes }) => sum + bytes, 0));
            expect(each.ended).toBe(gone.length);
            expect(each.endedBytes).toBe(gone.reduce((sum, { bytes }) => sum + bytes, 0));
            const members = new Set<number>();
            for (let sequence = first - 1; sequence < end; sequence += 1) {
              for (const { id, domain } of rig.moments.get(sequence)?.endpoints ?? []) {
                if (domain === each.domain) members.add(id);
              }
            }
            expect(new Set(each.endpoints)).toEqual(members);
          }
          const sum = (pick: (each: Statistics['domains'][number]) => number): number =>
            figures.domains.reduce((all, each) => all + pick(each), 0);
          expect(sum(({ maps }) => maps)).toBe(made.length);
          expect(sum((each) => each.ended)).toBe(lives.filter(endedHere).length);

          const maps = new Map<number, number>();
          const ticks = new Map<number, number>();
          for (const { firstPage, pages, born, died } of lives) {
            if (born >= end || (died ?? Infinity) < first) continue;
            const from = Math.max(fromMs, timeOf(Math.max(1, born)));
            const to = died === null || died >= end ? toMs : timeOf(died);
            for (let page = firstPage; page < firstPage + pages; page += 1) {
              if (born >= first) maps.set(page, (maps.get(page) ?? 0) + 1);
              ticks.set(page, (ticks.get(page) ?? 0) + Math.round((to - from) / TICK_MS));
            }
          }
          expect(figures.mapped).toEqual(naiveRuns(maps));
          expect(
            figures.reached.map((run) => ({ ...run, value: Math.round(run.value / TICK_MS) })),
          ).toEqual(naiveRuns(ticks));

          const stopped = events.filter((event) => event.kind === 'faulted');
          faults += stopped.length;
          expect(
            new Map(
              figures.faults.map(({ endpoint, what, count }) => [`${endpoint} ${what}`, count]),
            ),
          ).toEqual(countOf(stopped.map(({ endpoint, reason }) => `${endpoint} ${reason}`)));
          expect(
            new Map(
              figures.causes.map(({ endpoint, what, count }) => [`${endpoint} ${what}`, count]),
            ),
          ).toEqual(
            countOf(
              stopped.map(
                ({ endpoint, sequence }) => `${endpoint} ${explain(history, sequence)?.cause}`,
              ),
            ),
          );
        },
      ),
      { seed: 7, numRuns: 40 },
    );
    expect(seen).toBeGreaterThan(500);
    expect(ended).toBeGreaterThan(50);
    expect(faults).toBeGreaterThan(5);
  });
});
