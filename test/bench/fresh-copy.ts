// A fair start for every contestant: machine code of its own, with nothing in it that another one has taught the
// engine.

import { runInThisContext } from 'node:vm';

let texts = 0;

/**
 * The value of an expression, compiled for this call alone. V8 keeps what it learns about a call or a load with the
 * source text; two stores behind one loop would make both slow. The text may name nothing but its own and globals.
 */
export function compile(text: string): ReturnType<typeof runInThisContext> {
  texts += 1;
  // The number makes the text a new one: V8 would find the code of the same text again.
  return runInThisContext(`/* ${texts} */ (${text})`);
}

/** `original` compiled once more. It may name nothing but its parameters and globals. */
export function freshCopy<Original extends (...inputs: never[]) => unknown>(
  original: Original,
): Original {
  return compile(original.toString());
}
