// What armed accesses ask of a record.

import { InputError } from '../machine/images/guest-images.ts';
import type { GuestStage } from '../machine/boot-watch.ts';
import { compileFilter } from '../trace/filter/compile-filter.ts';
import type { IommuRecord } from '../trace/record/iommu-record.ts';
import type { ArmedSights } from './armed-access.ts';

/** `record` gives the record with all that has happened up to now. */
export function recordSights(record: () => IommuRecord, stage: () => GuestStage): ArmedSights {
  return {
    get stage() {
      return stage();
    },
    counter: (text) => {
      const compiled = compileFilter(text, record());
      if (!compiled.isValid) throw new InputError(`The filter: ${compiled.problem.message}`);
      let [counted, seen] = [0, record().lastSequence];
      return () => {
        const { lastSequence } = record();
        if (lastSequence > seen) counted += compiled.filter.count(seen + 1, lastSequence);
        seen = lastSequence;
        return counted;
      };
    },
    newest: (domain, behind) => {
      const kept = record();
      for (let sequence = kept.lastSequence; sequence > behind; sequence -= 1) {
        const event = kept.event(sequence)?.event;
        if (event?.kind === 'mapped' && event.domain === domain && event.status === 0) return event;
      }
      return undefined;
    },
  };
}
