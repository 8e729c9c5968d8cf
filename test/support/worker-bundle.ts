// A worker and all that it imports as one module, for a browser.

import { build } from 'vite';

/** `entry` is the path of the worker's module. Rejects with `Error` when it can not be bundled. */
export async function bundleWorker(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      lib: { entry, formats: ['es'] },
    },
  });
  const [result] = Array.isArray(built) ? built : [built];
  if (result === undefined || !('output' in result)) throw new Error('the worker was not bundled');
  return result.output[0].code;
}
