// The moment that the page shows: the present, which goes on, or the one after an event that has passed. The guest goes on
// either way.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { Moments, type Looking } from '../model/moments.ts';
import type { Move } from './address/move.ts';
import type { FramePacer } from './frame-pacer.ts';

/** The event beside one that a filter lets through; undefined where there is none, null without a filter. */
type BesideListed = (sequence: number, by: 1 | -1) => number | undefined | null;

export class MomentChoice {
  readonly #moments: Moments;
  readonly #chosen = signal<number | null>(null);
  readonly #moved = new Emitter<Move>();

  /** What is looked at, and what there is to be seen. */
  readonly looking: ReadonlySignal<Looking>;
  /** Sequence of the latest event that the page was told of; 0 before the first. */
  readonly latest: ReadonlySignal<number>;

  readonly #besideListed: BesideListed;

  constructor(
    model: MachineModel,
    { frame }: Pick<FramePacer, 'frame'>,
    besideListed: BesideListed = () => null,
  ) {
    this.#besideListed = besideListed;
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

  /** Calls after each choice. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  /** Looks at the moment after an event; null for the present. */
  look(sequence: number | null, move: Move = 'push'): void {
    if (sequence === this.#chosen.peek()) return;
    this.#chosen.value = sequence;
    this.#moved.emit(move);
  }

  /** The moment at a time since the machine was built; null is the present. */
  atTime(timeMs: number): number | null {
    return this.#moments.atTime(timeMs);
  }

  /** One event on or back, of those that the filter lets through; behind the latest is the present. */
  step(by: 1 | -1): void {
    const chosen = this.#chosen.peek();
    const listed = this.#besideListed(chosen ?? this.#moments.latest + 1, by);
    if (listed === null) this.look(this.#moments.beside(chosen, by), 'replace');
    else if (listed !== undefined) this.look(listed, 'replace');
    else if (by === 1) this.look(null, 'replace');
  }

  /** To the next fault or the one before; nowhere when there is none. */
  stepFault(by: 1 | -1): void {
    this.look(this.#moments.besideFault(this.#chosen.peek(), by), 'replace');
  }
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
