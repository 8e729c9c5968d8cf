// Loads the WASM modules that a machine runs on.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** v86's own module, out of its npm package. */
export async function loadV86Wasm(): Promise<WebAssembly.Module> {
  const require = createRequire(join(packageRoot(), 'package.json'));
  return new WebAssembly.Module(
    new Uint8Array(await readFile(require.resolve('v86/build/v86.wasm'))),
  );
}

/** The mapping store. Rejects with an `Error` that says how to build it when it is not there. */
export async function loadStoreWasm(): Promise<WebAssembly.Module> {
  const path = join(packageRoot(), 'wasm', 'build', 'store.wasm');
  try {
    return new WebAssembly.Module(new Uint8Array(await readFile(path)));
  } catch (cause) {
    throw new Error(
      'The mapping store wasm/build/store.wasm is not built. Build it with "npm run build:wasm".',
      { cause },
    );
  }
}
