// What an explanation looks at: an event, the device as it stood then, and the record around it.

import type { RecordedDevice } from '../record/head.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { History } from '../replay/history.ts';
import type { Lifetime } from '../replay/lifetime.ts';
import type { Moment } from '../replay/moment.ts';
import type { NotKnown } from '../replay/not-known.ts';
import type { Finding } from './explanation.ts';
import type { Words } from './words.ts';

export interface Scene {
  readonly record: IommuRecord;
  readonly history: History;
  readonly sequence: number;
  /** What came behind this event is not looked at; default: all is. */
  readonly until?: number | undefined;
  /** The device after the event, which changed nothing: a fault, or a refused request. */
  readonly moment: Moment;
  readonly words: Words;
}

export function deviceOf({ record }: Scene): RecordedDevice | null {
  return record.head.device;
}

/** The latest mapping of an address in a domain before an event. `isAlive`: it is still there. */
export function latestMapping(
  { history }: Pick<Scene, 'history'>,
  domain: number,
  address: bigint,
  before: number,
): { readonly lifetime: Lifetime; readonly isAlive: boolean } | undefined {
  // No two of a domain overlap, so that the newest is the one that was there last
  const range = { start: address, end: address };
  for (const lifetime of history.lifetimesOfIova(domain, range, { before })) {
    return { lifetime, isAlive: lifetime.died === null || lifetime.died >= before };
  }
  return undefined;
}

/** The mapping of a domain that has the lowest address from one on, if that lies in the range. */
export function firstMapping(
  { moment }: Scene,
  domain: number,
  { start, end }: { readonly start: bigint; readonly end: bigint },
): Lifetime | undefined {
  const [mapping] = moment.mappings(domain, start, 1);
  return mapping !== undefined && mapping.virtStart <= end ? mapping : undefined;
}

/** Why something is not known: events are missing, or the source does not tell. */
export function notKnown(sentence: string, evidence: Finding['evidence'] = []): Finding {
  return { cause: 'not-known', sentence, evidence };
}

const BECAUSE: Readonly<Record<NotKnown['because'], string>> = {
  gone: 'are gone',
  lost: 'were lost',
  'not-recorded': 'were not recorded',
  'not-yet': 'have not all happened',
};

/** `not known because events before #12 are gone`. */
export function notKnownFor({ because, before }: Pick<NotKnown, 'because' | 'before'>): string {
  return `not known because events before #${before} ${BECAUSE[because]}`;
}
