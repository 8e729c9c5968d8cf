// Armed accesses in words: what each waits for, and what became of it.

import type { ArmedShot, ArmedWhen, ScheduledOrder } from '../../src/worker/api/lab.ts';
import { formatAddress } from '../format/address.ts';
import { formatExact, formatPlural, formatSeconds } from '../format/quantity.ts';
import type { ArmedItem } from '../model/armed-item.ts';

type Stage = Extract<ArmedWhen, { readonly kind: 'stage' }>['stage'];

/** Stages that can be waited for, with their words. */
export const STAGES: readonly (readonly [stage: Stage, words: string])[] = [
  ['kernel', 'Linux begins'],
  ['iommu', 'the IOMMU’s driver is there'],
  ['userspace', 'the first program begins'],
  ['ready', 'the prompt is there'],
];

function whenWords(when: ArmedWhen, times: number): string {
  switch (when.kind) {
    case 'event':
      return when.count === 1
        ? `after the next event with ${when.filter}`
        : `after ${formatExact(when.count)} more events with ${when.filter}`;
    case 'every':
      return `every ${formatExact(when.ms)} ms, ${formatPlural(times, 'time')}`;
    case 'stage':
      return `when ${STAGES.find(([stage]) => stage === when.stage)?.[1] ?? when.stage}, at the next start`;
    case 'in-flight':
      return 'while a transfer of it is in flight';
    case 'unmap-waits':
      return 'while an UNMAP for it waits';
  }
}

/** `rogue writes 16 bytes at 0xdeadb000 after the next event with kind == map`. */
export function orderWords({ request, when, times }: ScheduledOrder, name: string): string {
  const { access, length, address } = request;
  const place = address === undefined ? 'there' : `at ${formatAddress(address)}`;
  return `${name} ${access}s ${length} bytes ${place} ${whenWords(when, times)}`;
}

export const STATE_WORDS: Readonly<Record<ArmedItem['state'], string>> = {
  armed: 'Armed',
  over: 'Made',
  cancelled: 'Cancelled',
  refused: 'Not armed',
};

export interface ShotWords {
  readonly isStopped: boolean;
  readonly short: string;
  readonly text: string;
}

export function shotWords({ request, result, timeMs }: ArmedShot): ShotWords {
  const text = `at ${formatSeconds(timeMs)} s, ${formatAddress(request.address)}`;
  switch (result.outcome) {
    case 'completed':
      return { isStopped: false, short: 'Let through', text };
    case 'blocked':
      return { isStopped: true, short: 'Stopped', text };
    case 'no-memory':
      return { isStopped: false, short: 'Not stopped, but no memory there', text };
    case 'no-master':
      return { isStopped: true, short: 'Not begun: its bus mastering is off', text };
  }
}
