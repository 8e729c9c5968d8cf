// The symbols of the kernel that a trace is of: from a file, the project's own where it is its kernel, or those that the guest's
// kernel carried in itself, as far as the trace has them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readInput } from '../../guest/guest-files.ts';
import { packageRoot } from '../../guest/package-root.ts';
import { knownKernel } from '../../kernel/known-kernel.ts';
import { readPackedSymbols } from '../../kernel/packed-symbols.ts';
import {
  joinedSymbols,
  symbolTableOf,
  type SymbolTable,
  type Symbols,
} from '../../kernel/symbol-table.ts';
import { readSystemMap } from '../../kernel/system-map.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import type { KernelFunction } from '../../trace/record/batch.ts';
import type { RecordHead } from '../../trace/record/head.ts';
import type { IommuRecord } from '../../trace/record/iommu-record.ts';

/** Whether the symbols of a kernel have to be had from its guest. */
export function needsGuestSymbols({ kernel }: RecordHead): boolean {
  return kernel === null || knownKernel(kernel) === undefined;
}

/** `path` is a System.map. Undefined where there are none. Rejects with `InputError` for a file that is none. */
export async function traceSymbols(
  { head, functions }: Pick<IommuRecord, 'head' | 'functions'>,
  path: string | undefined,
): Promise<Symbols | undefined> {
  const found = path === undefined ? await projectSymbols(head) : await readMap(path);
  if (found === undefined) return symbolTableOf(functions);
  // Those of modules are in the trace
  return joinedSymbols(found, () => symbolTableOf(functions));
}

/** Of the project's own kernel; undefined for another. */
export async function projectSymbols({ kernel }: RecordHead): Promise<SymbolTable | undefined> {
  if (kernel === null || knownKernel(kernel) === undefined) return undefined;
  const file = join(packageRoot(), 'guest-images', 'kernel-symbols.gz');
  const result = readPackedSymbols(gunzipSync(await readFile(file)).toString('latin1'), kernel);
  return 'symbols' in result ? result.symbols : undefined;
}

async function readMap(path: string): Promise<SymbolTable> {
  const text = Buffer.from(await readInput(path, 'symbols file')).toString('latin1');
  const result = readSystemMap(text);
  if ('refusal' in result) throw new InputError(result.refusal);
  return result.symbols;
}

/** The functions that the stacks of a record lie in, by symbols of its guest. */
export function functionsOn(
  { everybody }: Pick<IommuRecord, 'everybody'>,
  symbols: Symbols,
): readonly KernelFunction[] {
  const functions = new Map<number, KernelFunction>();
  for (const { addresses } of everybody.stacks) {
    // A return address may be the first of the next function
    for (const place of [...addresses].flatMap((address) => [address - 1, address])) {
      const found = symbols.at(place);
      if (found === undefined) continue;
      const address = place - found.offset;
      functions.set(address, { address, name: found.name });
    }
  }
  return [...functions.values()];
}
