// A range of time in words.

import type { Clock } from './clock.ts';
import { formatBytes, formatPlural } from './quantity.ts';

export interface RangeCounts {
  readonly requests: number;
  readonly faults: number;
  readonly dmaBytes: number;
}

interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened in it, up to the moment that is looked at if that is a past one; all in milliseconds. */
export function rangeWords(
  { fromMs, toMs }: Times,
  pastMs: number | null,
  { requests, faults, dmaBytes, clock }: RangeCounts & { readonly clock: Clock },
): string {
  const times = `${clock.between(fromMs, toMs)} (${clock.duration(toMs - fromMs)})`;
  if (pastMs !== null && pastMs < fromMs) return `${times}: after the moment you look at`;
  const end = clock.isTime ? `${clock.fine(pastMs ?? 0, toMs - fromMs)} s` : clock.at(pastMs ?? 0);
  const upTo = pastMs === null || pastMs >= toMs ? '' : `, up to ${end}`;
  const words = [formatPlural(requests, 'request'), formatPlural(faults, 'fault')].join(', ');
  return `${times}${upTo}: ${words}, ${formatBytes(dmaBytes)} of DMA`;
}

/** What of a range the record does not have; null when it has all. `kept`: from its first event up to now. */
export function rangeMissing({ fromMs, toMs }: Times, kept: Times, clock: Clock): string | null {
  const begins = `the record begins at ${clock.at(kept.fromMs)}`;
  if (toMs <= kept.fromMs) return `Nothing of it is kept: ${begins}.`;
  if (fromMs >= kept.toMs) return 'That time has not come yet.';
  return fromMs < kept.fromMs ? `Some of it is not kept: ${begins}.` : null;
}
