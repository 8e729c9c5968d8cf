// What a person fills in to arm an access: read and checked.

import type { ArmedWhen, ScheduledOrder } from '../../src/worker/api/lab.ts';
import type { RogueRequest } from '../../src/worker/api/stray-dma.ts';
import { parseAddress } from '../format/address.ts';

/** As it stands in the form. */
export interface ArmedDraft {
  readonly access: RogueRequest['access'];
  readonly address: string;
  readonly when: ArmedWhen['kind'];
  readonly filter: string;
  readonly count: string;
  readonly stage: Extract<ArmedWhen, { readonly kind: 'stage' }>['stage'];
  readonly ms: string;
  readonly times: string;
}

export const FRESH_DRAFT: ArmedDraft = {
  access: 'write',
  address: '0xdeadb000',
  when: 'event',
  filter: 'kind == map',
  count: '1',
  stage: 'iommu',
  ms: '10',
  times: '10',
};

/** Bytes of each access. */
export const ARMED_BYTES = 16;
const MOST_TIMES = 100;
const MOST_COUNT = 1_000_000;
const MOST_MS = 60_000;

/** Each condition in words, as it is chosen. */
export const WHEN_NAMES: Readonly<Record<ArmedWhen['kind'], string>> = {
  event: 'after a matching event',
  every: 'every few milliseconds',
  stage: 'at a stage of the next start',
  'in-flight': 'while a transfer is in flight',
  'unmap-waits': 'while an UNMAP waits',
};

export const WHEN_NOTES: Readonly<Record<ArmedWhen['kind'], string>> = {
  event:
    'Counted from now on. The access is made at the end of the guest’s step in which the event came.',
  every: 'Of the guest’s time, whenever the PC does something: one that is idle sleeps in between.',
  stage: 'For the start that comes: arm it, then press Reset.',
  'in-flight':
    'Right after the driver has mapped a buffer for this device. Without an address it goes to that buffer.',
  'unmap-waits':
    'The driver has unmapped, and the device has not heard of it: in lazy mode only. Without an address it goes there.',
};

/** Whether the condition itself names a place. */
export function namesPlace(when: ArmedWhen['kind']): boolean {
  return when === 'in-flight' || when === 'unmap-waits';
}

export type ReadDraft =
  | { readonly isValid: true; readonly order: ScheduledOrder }
  | { readonly isValid: false; readonly field: keyof ArmedDraft; readonly problem: string };

function wrong(field: keyof ArmedDraft, problem: string): ReadDraft {
  return { isValid: false, field, problem };
}

function wholeNumber(text: string, most: number): number | null {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

/** The order that a draft is for an endpoint; the filter is checked by itself. */
export function readDraft(draft: ArmedDraft, endpoint: number): ReadDraft {
  const { access, when } = draft;
  const isOpen = draft.address.trim() === '' && namesPlace(when);
  const parsed = isOpen ? null : parseAddress(draft.address, ARMED_BYTES);
  if (parsed !== null && !parsed.isValid) return wrong('address', parsed.problem);
  const request = { endpoint, access, length: ARMED_BYTES, address: parsed?.address };
  const once = (condition: ArmedWhen): ReadDraft => ({
    isValid: true,
    order: { request, when: condition, times: 1 },
  });
  switch (when) {
    case 'event': {
      const count = wholeNumber(draft.count, MOST_COUNT);
      if (count === null) return wrong('count', 'Type a number from 1 to 1,000,000.');
      if (draft.filter.trim() === '') return wrong('filter', 'Type a filter, such as kind == map.');
      return once({ kind: 'event', filter: draft.filter, count });
    }
    case 'every': {
      const ms = wholeNumber(draft.ms, MOST_MS);
      if (ms === null) return wrong('ms', 'Type a number of milliseconds from 1 to 60,000.');
      const times = wholeNumber(draft.times, MOST_TIMES);
      if (times === null) return wrong('times', `Type a number from 1 to ${MOST_TIMES}.`);
      return { isValid: true, order: { request, when: { kind: 'every', ms }, times } };
    }
    case 'stage':
      return once({ kind: 'stage', stage: draft.stage });
    case 'in-flight':
      return once({ kind: 'in-flight' });
    case 'unmap-waits':
      return once({ kind: 'unmap-waits' });
  }
}
