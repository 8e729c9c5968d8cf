// How this process compiles WebAssembly, when it is to run a guest.

import { setFlagsFromString } from 'node:v8';

/**
 * How much of a function's code shall run, in V8's own measure, before its optimising compiler takes it on. V8's default of
 * 1.8 million has it compile what only a boot needs, which takes longer than what it saves: a boot to the prompt costs 4.3 s
 * of processor time so, and 3.2 s like this. A guest that runs on is as fast after some seconds.
 */
const TIERING_BUDGET = 1_000_000_000;

/** Has V8 wait with optimising, in this whole process: call it before anything is compiled. No guest can tell. */
export function compileForShortRuns(): void {
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}
