// The symbols of the project's own kernel, fetched when somebody asks for a name.

import { knownKernel } from '../../kernel/known-kernel.ts';
import { readPackedSymbols } from '../../kernel/packed-symbols.ts';
import type { SymbolTable } from '../../kernel/symbol-table.ts';

const GZIP = 0x1f;

export class GuestSymbols {
  #loading: Promise<SymbolTable | undefined> | undefined;

  /**
   * Of the kernel whose image has this SHA-256; undefined for another kernel than the project's, and where they can not be had
   * now: names are a help, no more.
   */
  of(kernel: string | null): Promise<SymbolTable | undefined> {
    if (kernel === null || knownKernel(kernel) === undefined) return Promise.resolve(undefined);
    this.#loading ??= load(kernel).catch(() => {
      this.#loading = undefined;
      return undefined;
    });
    return this.#loading;
  }
}

async function load(kernel: string): Promise<SymbolTable | undefined> {
  const url = new URL('../../../guest-images/kernel-symbols.gz', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const stream = new Blob([bytes]).stream();
  // A server may have had the browser unpack it on the way.
  const isPacked = bytes[0] === GZIP;
  const plain = isPacked ? stream.pipeThrough(new DecompressionStream('gzip')) : stream;
  const result = readPackedSymbols(await new Response(plain).text(), kernel);
  return 'symbols' in result ? result.symbols : undefined;
}
