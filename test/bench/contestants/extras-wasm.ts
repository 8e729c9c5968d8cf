// The engine's second module, which has the call for chains.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/guest/package-root.ts';

/** Throws `Error` when `npm run build:wasm` has not built it. */
export function readExtrasWasm(): WebAssembly.Module {
  const path = join(packageRoot(), 'wasm', 'build', 'extras.wasm');
  return new WebAssembly.Module(readFileSync(path));
}
