// Moments of the record: what there is to be seen at one, and which others are near it.

import { KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import { firstFrom, nextOfKind, previousOfKind } from '../../src/trace/record/record-search.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { NotKnown } from '../../src/trace/replay/not-known.ts';
import type { MachineModel } from './machine-model.ts';
import { PastViews } from './past-views.ts';

export type Looking =
  | { readonly kind: 'live' }
  | { readonly kind: 'past'; readonly views: PastViews }
  | {
      /** The record can not tell of it: the present is shown instead. */
      readonly kind: 'unknown';
      readonly sequence: number;
      readonly because: NotKnown['because'];
      /** The first event that it can tell of; null where that is none. */
      readonly nearest: number | null;
    };

const LIVE: Looking = { kind: 'live' };
const FAULTED = KIND_CODES.get('faulted') ?? -1;

export class Moments {
  readonly #model: MachineModel;
  /** The views made last: those of a past moment do not change. */
  #made: { readonly history: History; readonly views: PastViews } | undefined;

  constructor(model: MachineModel) {
    this.#model = model;
  }

  /** Sequence of the latest event; 0 before the first. */
  get latest(): number {
    return this.#model.history?.record.lastSequence ?? 0;
  }

  /** The moment after an event; null is the present. */
  at(sequence: number | null): Looking {
    const { history } = this.#model;
    // Until the machine tells of itself nothing is known to be missing
    if (sequence === null || history === undefined) return LIVE;
    const made = this.#made;
    if (made?.history === history && made.views.sequence === sequence) {
      return { kind: 'past', views: made.views };
    }
    const moment = history.at(sequence);
    if (!moment.isKnown) {
      const { because, before } = moment;
      const nearest = because === 'not-yet' || before === 0 ? null : before;
      return { kind: 'unknown', sequence, because, nearest };
    }
    const views = new PastViews(this.#model, history, moment);
    this.#made = { history, views };
    return { kind: 'past', views };
  }

  /** The moment at a time since the machine was built; null, the present, behind the latest event. */
  atTime(timeMs: number): number | null {
    const record = this.#model.history?.record;
    if (record === undefined || record.lastSequence === 0) return null;
    const next = firstFrom(record, timeMs);
    return next > record.lastSequence ? null : Math.max(record.firstSequence, next - 1);
  }

  /** The moment one event on or back; null is the present, which follows the latest event. */
  beside(sequence: number | null, by: 1 | -1): number | null {
    const record = this.#model.history?.record;
    if (record === undefined || record.lastSequence === 0) return sequence;
    if (sequence === null && by === 1) return null;
    const wanted = (sequence ?? record.lastSequence) + by;
    return wanted > record.lastSequence ? null : Math.max(record.firstSequence, wanted);
  }

  /** The moment of the next fault, or of the one before; the same as it was when there is none. */
  besideFault(sequence: number | null, by: 1 | -1): number | null {
    const record = this.#model.history?.record;
    if (record === undefined) return sequence;
    const from = sequence ?? record.lastSequence + 1;
    const find = by === 1 ? nextOfKind : previousOfKind;
    return find(record, FAULTED, from) ?? sequence;
  }
}
