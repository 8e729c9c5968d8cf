// A fair start for every contestant: machine code of its own, with nothing in it that another one has taught the engine.

import { runInThisContext } from 'node:vm';

let copies = 0;

/**
 * `original` compiled once more. V8 keeps what it learns about a call or a load with the function's source text; two
 * stores behind one loop would make both slow. `original` may name nothing but its parameters and globals.
 */
export function freshCopy<Original extends (...inputs: never[]) => unknown>(
  original: Original,
): Original {
  copies += 1;
  // The number makes the text a new one: V8 would find the code of the same text again.
  const copy: Original = runInThisContext(`/* ${copies} */ (${original.toString()})`);
  return copy;
}
