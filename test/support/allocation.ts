// How much a piece of code allocates once it is warm.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Enough for V8 to compile all of it, in every tier. */
const WARMING_CALLS = 60_000;
/** Few enough for no collection to come between, were it a KiB a call: what is allocated then only adds up. */
const MEASURED_CALLS = 10_000;
/** The compilers and the test runner allocate, too, but not in every sample. */
const SAMPLES = 15;
/** Bytes a call that no object is as small as: a sample with fewer shows that nothing was allocated. */
const NOTHING = 1;

/** What collects all garbage, at once. */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc !== 'function') throw new Error('this V8 lets nobody collect garbage');
  return () => {
    Reflect.apply(gc, undefined, []);
  };
}

/** Bytes of heap that a call of `work` takes, in the sample that took least; no more are taken once one has shown nothing. */
export function bytesPerCall(work: (call: number) => void): number {
  const collect = collector();
  for (let call = 0; call < WARMING_CALLS; call += 1) work(call);
  let least = Infinity;
  for (let sample = 0; sample < SAMPLES && least >= NOTHING; sample += 1) {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < MEASURED_CALLS; call += 1) work(call);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / MEASURED_CALLS);
  }
  return least;
}
