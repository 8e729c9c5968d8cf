// The moment that the page shows, as the record has it: the one that a person looks at, or the latest, which a guest that
// changes much is asked for less often.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { History } from '../../src/trace/replay/history.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { Looking } from '../model/moments.ts';
import { changesReach } from '../model/reach-change.ts';
import type { FramePacer } from './frame-pacer.ts';
import type { Power } from './power.ts';

/** Between two latest moments are so many times what the one before took, and all that was made of it. */
const REST = 8;

export interface ShownMomentPorts {
  readonly power: Pick<Power, 'batches'>;
  readonly pacer: FramePacer;
  /** What is known now. */
  readonly latest: () => MachineModel;
  /** The page's clock in milliseconds. */
  readonly now: () => number;
  readonly looking: ReadonlySignal<Looking>;
}

interface Made {
  readonly history: History | undefined;
  readonly changes: number;
  readonly moment: Moment | null;
}

/** The latest moment; null when nothing is known of it. */
function latestOf(history: History | undefined): Moment | null {
  if (history === undefined) return null;
  const moment = history.at(history.record.lastSequence);
  if (moment.isKnown) return moment;
  // A record that begins in the middle and has no event yet
  const first = history.at(moment.before - 1);
  return first.isKnown ? first : null;
}

export class ShownMoment {
  /** Null when nothing is known of it, and for a machine without an IOMMU. The same object while nothing has changed. */
  readonly value: ReadonlySignal<Moment | null>;
  readonly #ports: ShownMomentPorts;
  #changes = 0;
  #made: Made | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(ports: ShownMomentPorts) {
    this.#ports = ports;
    const { power, pacer, looking } = ports;
    power.batches.on(({ record, begins }) => {
      if (begins === null && !record.some(changesReach)) return;
      this.#changes += 1;
      pacer.ask();
    });
    this.value = computed(() => {
      void pacer.frame.value;
      const { value } = looking;
      return value.kind === 'past' ? value.views.moment : this.#latest();
    });
  }

  /** What `make` gives; its time counts for the pace of the moments that it is made of. */
  spend<Result>(make: () => Result): Result {
    const { now } = this.#ports;
    const startMs = now();
    const result = make();
    const endMs = now();
    this.#notBefore = Math.max(this.#notBefore, endMs) + REST * (endMs - startMs);
    return result;
  }

  #latest(): Moment | null {
    const { latest, pacer, now } = this.#ports;
    const { history } = latest();
    const made = this.#made;
    if (made !== undefined && made.history === history) {
      if (made.changes === this.#changes) return made.moment;
      if (now() < this.#notBefore) {
        pacer.ask();
        return made.moment;
      }
    }
    const moment = this.spend(() => latestOf(history));
    this.#made = { history, changes: this.#changes, moment };
    return moment;
  }
}
