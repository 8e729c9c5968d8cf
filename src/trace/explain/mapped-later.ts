// What came too late for an access that was stopped: the MAP of its address, soon after.

import type { IommuRecord } from '../record/iommu-record.ts';
import { RESETS } from './attachments.ts';
import { hasAddress, isAccepted, isKind, nextAfter } from './past-events.ts';

/** How many events later a MAP still belongs to the access. */
export const LOOK_AHEAD_EVENTS = 4096;

/** An access that was stopped, by its event. */
export interface Stopped {
  readonly sequence: number;
  readonly endpoint: number;
  /** The domain that it was in. */
  readonly domain: number;
  /** First byte that may not be accessed. */
  readonly address: bigint;
}

const REQUESTS = ['mapped', 'attached', 'detached'] as const;

export type Later =
  | { readonly kind: 'mapped'; readonly sequence: number }
  /** The endpoint left its domain first, or a reset came: a MAP behind that is another story. */
  | { readonly kind: 'left' }
  /** Nothing of the sort in the record. */
  | { readonly kind: 'none' };

/** What became of the address. `from`: the first event that was not looked at before; default: all behind the access are. */
export function mappedLater(record: IommuRecord, stopped: Stopped, from = 0): Later {
  const { sequence, endpoint, domain, address } = stopped;
  const after = Math.max(sequence, from - 1);
  const left = sequence + LOOK_AHEAD_EVENTS - after;
  const next = nextAfter(record, after, left, [...REQUESTS, ...RESETS], (columns, at) => {
    if (!REQUESTS.some((kind) => isKind(columns, at, kind))) return true;
    if (!isAccepted(record, columns, at)) return false;
    if (!isKind(columns, at, 'mapped')) {
      const isStaying = isKind(columns, at, 'attached') && columns.domain[at] === domain;
      return columns.endpoint[at] === endpoint && !isStaying;
    }
    return columns.domain[at] === domain && hasAddress(columns, at, address);
  });
  if (next === undefined) return { kind: 'none' };
  const isMap = record.event(next)?.event.kind === 'mapped';
  return isMap ? { kind: 'mapped', sequence: next } : { kind: 'left' };
}
