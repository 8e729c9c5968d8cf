// The symbols of the kernel that a trace is of: from a file, or the project's own where it is its kernel.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fileTrouble } from '../../guest/guest-files.ts';
import { packageRoot } from '../../guest/package-root.ts';
import { knownKernel } from '../../kernel/known-kernel.ts';
import { readPackedSymbols } from '../../kernel/packed-symbols.ts';
import type { SymbolTable } from '../../kernel/symbol-table.ts';
import { readSystemMap } from '../../kernel/system-map.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import type { RecordHead } from '../../trace/record/head.ts';

/**
 * `path` is a System.map. Undefined without one for a kernel of somebody else's. Rejects with `InputError` for a file that is
 * none.
 */
export async function traceSymbols(
  { kernel }: RecordHead,
  path: string | undefined,
): Promise<SymbolTable | undefined> {
  if (path !== undefined) return readMap(path);
  if (kernel === null || knownKernel(kernel) === undefined) return undefined;
  const file = join(packageRoot(), 'guest-images', 'kernel-symbols.gz');
  const result = readPackedSymbols(gunzipSync(await readFile(file)).toString('latin1'), kernel);
  return 'symbols' in result ? result.symbols : undefined;
}

async function readMap(path: string): Promise<SymbolTable> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (cause) {
    throw new InputError(`The symbols can not be read: ${fileTrouble(cause, path)}`, { cause });
  }
  const result = readSystemMap(text);
  if ('refusal' in result) throw new InputError(result.refusal);
  return result.symbols;
}
