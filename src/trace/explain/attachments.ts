// Where an endpoint was, and since when.

import type { History } from '../replay/history.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { isAccepted, isKind, latestBefore, nextAfter, type Search } from './past-events.ts';

/** Kinds of events that end every attachment (virtio 1.2, 5.13.5). */
export const RESETS = ['reset', 'system-reset', 'power-cycled'] as const;

/** The latest event that changed where an endpoint is. */
export type Turn =
  | { readonly kind: 'attached'; readonly sequence: number; readonly domain: number }
  | { readonly kind: 'detached'; readonly sequence: number; readonly domain: number | null }
  | { readonly kind: 'reset'; readonly sequence: number }
  | Exclude<Search, { readonly kind: 'found' }>;

/** The latest turn of an endpoint before an event; one into the domain `apartFrom` does not count. */
export function turnBefore(
  record: IommuRecord,
  endpoint: number,
  before: number,
  apartFrom?: number,
): Turn {
  const kinds = ['attached', 'detached', ...RESETS] as const;
  const search = latestBefore(record, before, kinds, (columns, at) => {
    const isAttach = isKind(columns, at, 'attached');
    if (!isAttach && !isKind(columns, at, 'detached')) return true;
    if (columns.endpoint[at] !== endpoint || !isAccepted(record, columns, at)) return false;
    return !isAttach || columns.domain[at] !== apartFrom;
  });
  if (search.kind !== 'found') return search;
  const { sequence } = search;
  const event = record.event(sequence)?.event;
  if (event?.kind === 'attached') return { kind: 'attached', sequence, domain: event.domain };
  if (event?.kind === 'detached') return { kind: 'detached', sequence, domain: event.domain };
  return { kind: 'reset', sequence };
}

/** The attachment of an endpoint to a domain: since which ATTACH, and what its turn before that was. */
export interface Attachment {
  /** Null where it is not known. */
  readonly since: number | null;
  readonly before: Turn;
}

/** The attachment that an endpoint has at an event. Attaching again to the same domain changes nothing. */
export function attachmentAt(
  history: History,
  endpoint: number,
  domain: number,
  at: number,
): Attachment {
  const { record } = history;
  const before = turnBefore(record, endpoint, at, domain);
  let after = 0;
  if (before.kind === 'missing') {
    after = before.before - 1;
    // Where it was when the record begins may be known
    const moment = history.at(after);
    const then = moment.isKnown ? moment.endpoint(endpoint) : undefined;
    if (then === undefined || then.mode === null || then.domain === domain) {
      return { since: null, before };
    }
  } else if (before.kind !== 'none') after = before.sequence;
  const since = nextAfter(
    record,
    after,
    at - after,
    ['attached'],
    (columns, row) =>
      columns.endpoint[row] === endpoint &&
      columns.domain[row] === domain &&
      isAccepted(record, columns, row),
  );
  return { since: since ?? null, before };
}

/** The latest ATTACH that put any endpoint into a domain. */
export function latestInto(record: IommuRecord, domain: number, before: number): number | null {
  const search = latestBefore(
    record,
    before,
    ['attached'],
    (columns, at) => columns.domain[at] === domain && isAccepted(record, columns, at),
  );
  return search.kind === 'found' ? search.sequence : null;
}

/** The latest ATTACH of an endpoint, where that is what its latest turn was. */
export function latestAttach(record: IommuRecord, endpoint: number, before: number): number | null {
  const turn = turnBefore(record, endpoint, before);
  return turn.kind === 'attached' ? turn.sequence : null;
}

/** The latest PROBE that told the driver of an endpoint's regions. */
export function latestProbe(record: IommuRecord, endpoint: number, before: number): number | null {
  const search = latestBefore(
    record,
    before,
    ['probed'],
    (columns, at) => columns.endpoint[at] === endpoint && isAccepted(record, columns, at),
  );
  return search.kind === 'found' ? search.sequence : null;
}
