// Contestants run by turns in short slices, so that a slow spell of the host hits all of them.

import { freshCopy } from './fresh-copy.ts';
import type { Samples } from './report.ts';

/** Does operations `start`..`end - 1` of the given work; returns a sum that only right answers have. */
export type Work = (start: number, end: number) => number;

export interface Contestant {
  readonly name: string;
  readonly work: Work;
  /** What `work` has to return; not timed. */
  readonly expected: Work;
}

export interface Pace {
  /** Timed slices of each contestant. */
  readonly rounds: number;
  readonly sliceMs: number;
  /** How long a contestant runs untimed before each slice: what it reads is in the caches then, as in a race of one. */
  readonly settleMs: number;
  /** How long each contestant runs before the first round. */
  readonly warmUpMs: number;
}

/** Slices shorter than those a busy host gives out itself, so that most of them run undisturbed. */
export function paceOf(rounds: number): Pace {
  return { rounds, sliceMs: 1.5, settleMs: 5, warmUpMs: 60 };
}

/** Most operations between two looks at the sum; a multiple of every batch. */
const CHUNK = 4096;
/** Operations come in multiples of this, the size of a batch. */
const STEP = 16;
const NANOSECONDS = 1_000_000;

/** The wrong answer that ends a benchmark: whoever gave it can not be compared. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

/** One contestant on its way through the work, round and round. */
class Runner {
  readonly #contestant: Contestant;
  readonly #total: number;
  #cursor = 0;

  constructor(contestant: Contestant, total: number) {
    this.#contestant = contestant;
    this.#total = total;
  }

  /** Nanoseconds for each of `count` operations. Throws `WrongAnswerError`. */
  time(count: number): number {
    const { work } = this.#contestant;
    let elapsed = 0;
    for (let left = count; left > 0;) {
      const start = this.#cursor;
      const end = Math.min(this.#total, start + Math.min(left, CHUNK));
      const before = performance.now();
      const sum = work(start, end);
      elapsed += performance.now() - before;
      this.#check(sum, start, end);
      left -= end - start;
      this.#cursor = end % this.#total;
    }
    return (elapsed * NANOSECONDS) / count;
  }

  /** Runs for a while; returns the nanoseconds of an operation at its end. */
  warmUp({ sliceMs, warmUpMs }: Pace): number {
    let each = this.time(STEP);
    const deadline = performance.now() + warmUpMs;
    while (performance.now() < deadline) each = this.time(operationsIn(sliceMs, each));
    return each;
  }

  #check(sum: number, start: number, end: number): void {
    const { name, expected } = this.#contestant;
    const right = expected(start, end);
    if (sum === right) return;
    throw new WrongAnswerError(
      `${name} gave a wrong answer among operations ${start} to ${end - 1}: ${sum}, not ${right}`,
    );
  }
}

function operationsIn(milliseconds: number, each: number): number {
  const operations = (milliseconds * NANOSECONDS) / each;
  return Math.max(STEP, Math.round(operations / STEP) * STEP);
}

/** Nanoseconds of one of `total` operations (a multiple of 16), for each contestant and round. */
export function race(contestants: readonly Contestant[], total: number, pace: Pace): Samples {
  const lanes = contestants.map((contestant) => {
    const runner = new Runner(contestant, total);
    const each = runner.warmUp(pace);
    return {
      runner,
      settling: operationsIn(pace.settleMs, each),
      count: operationsIn(pace.sliceMs, each),
      samples: Array.of<number>(),
    };
  });
  for (let round = 0; round < pace.rounds; round++) {
    for (const offset of lanes.keys()) {
      // Another one begins each round
      const lane = lanes[(round + offset) % lanes.length];
      if (lane === undefined) continue;
      lane.runner.time(lane.settling);
      lane.samples.push(lane.runner.time(lane.count));
    }
  }
  return Object.fromEntries(
    lanes.map(({ samples }, index) => [contestants[index]?.name ?? '', samples]),
  );
}

/** `make` compiled for this one race, and what it makes of its inputs. */
export function prepare<Inputs extends unknown[], Made>(
  make: (...inputs: Inputs) => Made,
  ...inputs: Inputs
): Made {
  return freshCopy(make)(...inputs);
}
