// What a call from JavaScript into WebAssembly costs when nothing happens there.

import type { Draws } from '../draws.ts';
import type { Work } from '../race.ts';

type EmptyCall = (
  endpoint: number,
  high: number,
  low: number,
  length: number,
  access: number,
) => number;

/** (module (import "env" "memory" (memory 1)) (func (export "empty") (param i32 x 5) (result i32) i32.const 1)) */
const MODULE = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    [1, 10, 1, 0x60, 5, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f], // type 0: five i32 to i32
    [2, 15, 1, 3, ...bytesOf('env'), 6, ...bytesOf('memory'), 2, 0, 1], // memory of at least one page
    [3, 2, 1, 0], // function 0 has type 0
    [7, 9, 1, 5, ...bytesOf('empty'), 0, 0], // export function 0
    [10, 6, 1, 4, 0, 0x41, 1, 0x0b], // code: no locals, i32.const 1, end
  ].flat(),
);

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A function in a module and an instance of its own. */
export function instantiateEmptyCall(): EmptyCall {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { env: { memory } });
  if (isEmptyCall(exports)) return exports.empty;
  throw new Error('the module of the empty call exports no function');
}

function isEmptyCall(exports: object): exports is { readonly empty: EmptyCall } {
  return typeof Reflect.get(exports, 'empty') === 'function';
}

/** Sums the ones that come back. */
export function emptyCalls(empty: EmptyCall, { highs, lows }: Draws, accessLength: number): Work {
  return (start, end) => {
    let sum = 0;
    for (let draw = start; draw < end; draw++) {
      sum = (sum + empty(0, highs[draw] ?? 0, lows[draw] ?? 0, accessLength, 1)) | 0;
    }
    return sum;
  };
}
