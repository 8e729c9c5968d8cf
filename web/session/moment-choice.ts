// The moment that the page shows: the present, which goes on, or the one after an event that has passed. The guest goes on
// either way.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { Moments, type Looking } from '../model/moments.ts';
import type { Move } from './address/move.ts';
import type { FramePacer } from './frame-pacer.ts';

/** What stepping goes by; without them from event to event. */
export interface StepPorts {
  /** The event beside one that the filter in force lets through; undefined where there is none, null without a filter. */
  readonly besideListed: (sequence: number, by: 1 | -1) => number | undefined | null;
  /** Sequence of the event that is selected; null when none is. */
  readonly selected: () => number | null;
  readonly select: (sequence: number) => void;
}

const NO_PORTS: StepPorts = {
  besideListed: () => null,
  selected: () => null,
  select: () => undefined,
};

export class MomentChoice {
  readonly #moments: Moments;
  readonly #chosen = signal<number | null>(null);
  readonly #moved = new Emitter<Move>();

  /** What is looked at, and what there is to be seen. */
  readonly looking: ReadonlySignal<Looking>;
  /** Sequence of the latest event that the page was told of; 0 before the first. */
  readonly latest: ReadonlySignal<number>;

  readonly #steps: StepPorts;
  readonly #end = signal<string | null>(null);

  constructor(
    model: MachineModel,
    { frame }: Pick<FramePacer, 'frame'>,
    steps: StepPorts = NO_PORTS,
  ) {
    this.#steps = steps;
    const moments = new Moments(model);
    this.#moments = moments;
    let last: Looking = { kind: 'live' };
    this.looking = computed(() => {
      const chosen = this.#chosen.value;
      if (chosen !== null) void frame.value;
      const next = moments.at(chosen);
      if (!isSame(last, next)) last = next;
      return last;
    });
    this.latest = computed(() => {
      void frame.value;
      return moments.latest;
    });
  }

  /** Sequence of the event that was chosen; null for the present. */
  get chosen(): ReadonlySignal<number | null> {
    return this.#chosen;
  }

  /** Why the last step led nowhere, as a sentence; null when it led somewhere, or another moment was chosen since. */
  get end(): ReadonlySignal<string | null> {
    return this.#end;
  }

  /** What the last step went by has changed. */
  forgetEnd(): void {
    this.#end.value = null;
  }

  /** Calls after each choice. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  /** Looks at the moment after an event; null for the present. */
  look(sequence: number | null, move: Move = 'push'): void {
    this.#end.value = null;
    if (sequence === this.#chosen.peek()) return;
    this.#chosen.value = sequence;
    this.#moved.emit(move);
  }

  /** The moment at a time since the machine was built; null is the present. */
  atTime(timeMs: number): number | null {
    return this.#moments.atTime(timeMs);
  }

  /**
   * One event on or back, of those that the filter lets through: from the event that is selected, which the next one is then; without
   * one from the moment, and behind the latest is the present. `end` says where there is none.
   */
  step(by: 1 | -1): void {
    const chosen = this.#chosen.peek();
    const { latest } = this.#moments;
    const selected = this.#steps.selected();
    const from = selected ?? chosen;
    const listed = this.#steps.besideListed(from ?? latest + 1, by);
    // The present is the moment after the latest event already
    const beside = listed === null ? this.#beside(from ?? latest, by) : listed;
    if (beside !== undefined) {
      this.look(beside, 'replace');
      if (selected !== null) this.#steps.select(beside);
    } else if (by === 1 && selected === null && chosen !== null) {
      this.look(null, 'replace');
    } else {
      this.#end.value = endWords(by, listed !== null);
    }
  }

  /** The event beside one of those that are kept. */
  #beside(sequence: number, by: 1 | -1): number | undefined {
    const beside = this.#moments.beside(sequence, by);
    const isThere = beside !== null && (by === 1 ? beside > sequence : beside < sequence);
    return isThere ? beside : undefined;
  }

  /** To the next fault or the one before; nowhere when there is none. */
  stepFault(by: 1 | -1): void {
    this.look(this.#moments.besideFault(this.#chosen.peek(), by), 'replace');
  }
}

function endWords(by: 1 | -1, isFiltered: boolean): string {
  if (isFiltered) return `The filter lets no ${by === 1 ? 'later' : 'earlier'} event through.`;
  return by === 1 ? 'There is no later event yet.' : 'No earlier event is kept.';
}

/** Whether nothing has to be shown anew. */
function isSame(one: Looking, other: Looking): boolean {
  if (one.kind === 'past') return other.kind === 'past' && one.views === other.views;
  if (one.kind === 'live') return other.kind === 'live';
  return (
    other.kind === 'unknown' &&
    one.sequence === other.sequence &&
    one.because === other.because &&
    one.nearest === other.nearest
  );
}
