// Mappings in words: what became of them, and who was ever somewhere.

import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import type { FactList, Words } from './inspected.ts';
import { eventLink, type Subject } from './subject.ts';

/** Of the mappings that were once at an address, the latest. */
export const MOST_LISTED = 20;

/** What became of a mapping. */
export function fate({ born, died }: Lifetime): Words {
  const from: Words = born === null ? [] : [', ', eventLink(born, 'MAP')];
  return died === null ? [...from, ', still there'] : [...from, ', ended by ', eventLink(died)];
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
