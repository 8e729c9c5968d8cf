// The one range of the page: a stretch of guest time that is counted by itself. Without one all that is kept is.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { TimeRange } from '../../src/trace/record/time-range.ts';
import { parseRange } from '../model/range-text.ts';
import type { Move } from './address/move.ts';

export class RangeChoice {
  readonly #chosen = signal<TimeRange | null>(null);
  readonly #problem = signal<string | null>(null);
  readonly #moved = new Emitter<Move>();
  /** What the address was told last. */
  #told: TimeRange | null = null;

  get chosen(): ReadonlySignal<TimeRange | null> {
    return this.#chosen;
  }

  /** What is wrong with the range that an address asked for, as a sentence; null when nothing is. */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** Calls after each choice, and not on the way to one. */
  get moved(): Pick<Emitter<Move>, 'on'> {
    return this.#moved;
  }

  /** Shows a range on the way to the one that is chosen in the end. */
  drag(range: TimeRange): void {
    this.#put(range);
  }

  /** Chooses a range; null and one without length choose none. */
  choose(range: TimeRange | null, move: Move = 'push'): void {
    this.#put(range === null || range.fromMs >= range.toMs ? null : range);
    const chosen = this.#chosen.peek();
    if (isSame(chosen, this.#told)) return;
    this.#told = chosen;
    this.#moved.emit(move);
  }

  /** Chooses the range that an address asks for; null where it says nothing. One that is wrong chooses none, and `problem` says why. */
  ask(text: string | null): void {
    const read = text === null ? null : parseRange(text);
    this.choose(read?.isValid === true ? read.range : null, 'replace');
    this.#problem.value = read?.isValid === false ? read.problem : null;
  }

  /** The problem has been read. */
  dismiss(): void {
    this.#problem.value = null;
  }

  #put(range: TimeRange | null): void {
    this.#problem.value = null;
    if (!isSame(range, this.#chosen.peek())) this.#chosen.value = range;
  }
}

function isSame(one: TimeRange | null, other: TimeRange | null): boolean {
  return one?.fromMs === other?.fromMs && one?.toMs === other?.toMs;
}
