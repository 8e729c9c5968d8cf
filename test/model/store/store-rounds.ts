// Many episodes of a store run, for as long as is asked.

import { Tally } from '../tally.ts';
import { EXPECTED_OUTCOMES } from './outcome.ts';
import { playEpisode, type MakeStore } from './store-run.ts';

export interface StoreRounds {
  readonly makeStores: readonly [MakeStore, MakeStore];
  /** At least how many operations; the last episode is played to its end. */
  readonly operations: number;
  /** The first episode's; the next one's is one more. */
  readonly seed: number;
  /** Called after each episode with the operations so far. */
  readonly onProgress?: (operations: number) => void;
}

export interface StoreRoundsResult {
  readonly tally: Tally;
  readonly episodes: number;
  /** In words; undefined when the stores agreed. */
  readonly difference: string | undefined;
  /** Expected outcomes that never came. */
  readonly missing: readonly string[];
}

/** Plays episodes until there were enough operations, or the stores differ. */
export function playStores(rounds: StoreRounds): StoreRoundsResult {
  const { makeStores, operations, seed, onProgress } = rounds;
  const tally = new Tally();
  let episodes = 0;
  let difference: string | undefined;
  while (tally.operations < operations && difference === undefined) {
    difference = playEpisode({ makeStores, tally }, seed + episodes);
    episodes++;
    onProgress?.(tally.operations);
  }
  return { tally, episodes, difference, missing: tally.missing(EXPECTED_OUTCOMES, 1) };
}
