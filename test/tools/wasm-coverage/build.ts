// Compiles AssemblyScript with its coverage points.

import { main, type APIOptions } from 'assemblyscript/asc';
import { CoverageTransform } from './instrument.ts';
import type { Point } from './points.ts';

/**
 * Runs the compiler on its command line's words and returns the points of what it has compiled. Throws `Error` with
 * the compiler's own messages.
 */
export async function compileInstrumented(
  words: readonly string[],
  files: Pick<APIOptions, 'readFile' | 'writeFile' | 'listFiles'> = {},
): Promise<readonly Point[]> {
  const transform = new CoverageTransform();
  const messages: string[] = [];
  const stderr = { write: (chunk: string | Uint8Array) => void messages.push(String(chunk)) };
  // Of plain type, since the compiler itself adds the fields that its type of a transform asks for
  const options: object = { ...files, stderr, transforms: [transform] };
  const { error } = await main([...words], options);
  if (error !== null) throw new Error(`${error.message}\n${messages.join('')}`);
  return transform.points;
}
