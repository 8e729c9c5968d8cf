// Mappings in words: what became of them, and who was ever somewhere.

import type { LifetimeQuery } from '../../src/trace/replay/history.ts';
import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import type { FactList, Words } from './inspected.ts';
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

/** The latest mappings of some, with what to say of each. */
export function everList(
  { history }: Subject,
  title: string,
  found: Iterable<Lifetime>,
  wordsOf: (lifetime: Lifetime) => Words,
): FactList {
  const rows: Words[] = [];
  let isMore = false;
  for (const lifetime of found) {
    isMore = rows.length === MOST_LISTED;
    if (isMore) break;
    rows.push(wordsOf(lifetime));
  }
  const gone = history.missing === null ? '' : ' What was before the record is not known.';
  const note = `${isMore ? `The latest ${MOST_LISTED} are listed.` : ''}${gone}`.trim();
  return { title, rows, none: 'Never, as far as is known.', note: note === '' ? null : note };
}
