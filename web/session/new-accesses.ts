// Accesses that the record has had since somebody looked: samples of those that were let through, and faults.

import type { Mark } from '../../src/trace/record/marks.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import { pageOf, type Access } from '../picture/pulses.ts';

/** Accesses of one look. */
const MOST = 4;
/** Marks that one look reads. */
const MOST_READ = 64;

/** Where the last look ended. */
export interface NewAccesses {
  readonly history: History | undefined;
  /** `faults`: the newest first. */
  take(faults: readonly FaultRecord[]): readonly Access[];
}

type Sample = Extract<Mark, { readonly kind: 'sample' }>;

/** Where a sample went; undefined when that is no longer known. */
function accessOf(history: History, { endpoint, address, sequence }: Sample): Access | undefined {
  const moment = history.at(sequence);
  if (!moment.isKnown) return undefined;
  const place = moment.endpoint(endpoint);
  if (place?.mode === 'bypass') return { endpoint, address, page: pageOf(address) };
  if (place?.domain === null || place?.domain === undefined) return undefined;
  const mapping = history.lookup(sequence, place.domain, address);
  if (mapping === undefined) return undefined;
  return { endpoint, address, page: pageOf(address - mapping.virtStart + mapping.physStart) };
}

/** Looks at a history from now on. */
export function newAccesses(
  history: History | undefined,
  known: readonly FaultRecord[] = [],
): NewAccesses {
  const record = history?.record;
  const countMarks = (): number => (record?.droppedMarks ?? 0) + (record?.marks.length ?? 0);
  let marks = countMarks();
  let lastFault = known[0]?.fault.sequence ?? 0;
  return {
    history,
    take: (faults) => {
      if (history === undefined) return [];
      const stopped: Access[] = [];
      for (const { fault } of faults) {
        if (fault.sequence <= lastFault || stopped.length >= MOST) break;
        stopped.push({ endpoint: fault.endpoint, address: fault.address, page: null });
      }
      lastFault = faults[0]?.fault.sequence ?? 0;
      const count = countMarks();
      const fresh = Math.min(MOST_READ, Math.max(0, count - marks));
      marks = count;
      const passed: Access[] = [];
      for (const mark of fresh === 0 ? [] : history.record.marks.slice(-fresh)) {
        if (mark.kind !== 'sample' || stopped.length + passed.length >= MOST) continue;
        const access = accessOf(history, mark);
        if (access !== undefined) passed.push(access);
      }
      return [...stopped, ...passed];
    },
  };
}
