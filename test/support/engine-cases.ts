// How many cases the engine's property tests try.

import { HITS_VARIABLE } from '../tools/wasm-coverage/points.ts';

/**
 * `all`, or a quarter while lines are counted: what a quarter reaches, all of them do, and that they go well is shown
 * by a run on the engine as it is shipped.
 */
export function engineCases(all: number): number {
  return process.env[HITS_VARIABLE] === undefined ? all : Math.ceil(all / 4);
}
