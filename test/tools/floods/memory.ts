// What this process holds: JavaScript objects, and buffers outside of its heap, linear memory of WASM included.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1 << 20;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes that are in use once garbage is collected. */
export function usedBytes(): number {
  if (typeof collect !== 'function') throw new Error('This Node cannot collect garbage when told.');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** As in "12.3 MiB". */
export function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** Memory before, at its highest, and now: look at it as often as you like. */
export class MemoryWatch {
  readonly before = usedBytes();
  #peak = this.before;

  look(): void {
    this.#peak = Math.max(this.#peak, usedBytes());
  }

  /** In words, and whether no more than `bound` bytes came on top at any look. */
  report(bound: number): { readonly text: string; readonly isKept: boolean } {
    const after = usedBytes();
    this.#peak = Math.max(this.#peak, after);
    const grown = this.#peak - this.before;
    return {
      text: `memory ${inMib(this.before)} before, ${inMib(this.#peak)} at its peak, ${inMib(after)} after: ${inMib(grown)} more, of ${inMib(bound)} at most`,
      isKept: grown <= bound,
    };
  }
}
