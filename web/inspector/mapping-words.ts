// Mappings in words: what became of them, and who was ever somewhere.

import type { LifetimeQuery } from '../../src/trace/replay/history.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import { clockOf, type Clock } from '../format/clock.ts';
import type { FactList, Lives, Words } from './inspected.ts';
import { eventLink, type Subject } from './subject.ts';

/** Of the mappings that were once at an address, the latest. */
export const MOST_LISTED = 20;

/** What had become of a mapping at a moment, and what did later. */
export function fate({ moment }: Subject, { born, died }: Lifetime): Words {
  const from: Words = born === null ? [] : [', ', eventLink(born, 'MAP')];
  if (died === null) return [...from, ', still there'];
  if (died <= moment.sequence) return [...from, ', ended by ', eventLink(died)];
  return [...from, ', still there', { later: ['; later ended by ', eventLink(died)] }];
}

/** Only mappings that had been made at the moment that is looked at. */
export function untilThen({ moment }: Subject): LifetimeQuery {
  return { before: moment.sequence + 1 };
}

/** The latest mappings of some, with what to say of each, and when it was. */
export function everList(
  subject: Subject,
  title: string,
  found: Iterable<Lifetime>,
  wordsOf: (lifetime: Lifetime) => Words,
): FactList {
  const listed: Lifetime[] = [];
  let isMore = false;
  for (const lifetime of found) {
    isMore = listed.length === MOST_LISTED;
    if (isMore) break;
    listed.push(lifetime);
  }
  const gone = subject.history.missing === null ? '' : ' What was before the record is not known.';
  const note = `${isMore ? `The latest ${MOST_LISTED} are listed.` : ''}${gone}`.trim();
  return {
    title,
    rows: listed.map(wordsOf),
    ...(listed.length === 0 ? {} : { lives: livesOf(subject, listed) }),
    none: 'Never, as far as is known.',
    note: note === '' ? null : note,
  };
}

/** When these mappings were: from the birth of the first up to the moment that is looked at. */
function livesOf({ history, moment }: Subject, lifetimes: readonly Lifetime[]): Lives {
  const { record } = history;
  const clock = clockOf(record.head.facts.times);
  const timeOf = (sequence: number): number => record.event(sequence)?.timeMs ?? 0;
  const [firstMs, toMs] = [timeOf(record.firstSequence), timeOf(moment.sequence)];
  const stretches = lifetimes.map(({ born, died }) => ({
    bornMs: born === null ? null : timeOf(born),
    diedMs: died === null || died > moment.sequence ? null : timeOf(died),
  }));
  const fromMs = stretches.reduce(
    (least, { bornMs }) => Math.min(least, bornMs ?? firstMs),
    Infinity,
  );
  const placeOf = (timeMs: number): number =>
    toMs > fromMs ? (timeMs - fromMs) / (toMs - fromMs) : 0;
  return {
    from: clock.at(fromMs),
    to: clock.at(toMs),
    rows: stretches.map(({ bornMs, diedMs }) => ({
      words: lifeInWords(clock, bornMs, diedMs),
      from: placeOf(bornMs ?? fromMs),
      to: diedMs === null ? 1 : placeOf(diedMs),
    })),
  };
}

/** `since 2.832 s`, `2.832 to 2.982 s (150 ms)`; null: before the record, and not yet. */
function lifeInWords(clock: Clock, bornMs: number | null, diedMs: number | null): string {
  if (diedMs === null) {
    return bornMs === null ? 'since before the record' : `since ${clock.at(bornMs)}`;
  }
  if (bornMs === null) return `until ${clock.at(diedMs)}`;
  const length = clock.duration(diedMs - bornMs);
  return clock.isTime ? `${clock.between(bornMs, diedMs)} (${length})` : `for ${length}`;
}
