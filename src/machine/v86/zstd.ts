// Unpacks zstd with the decoder that is part of v86's core. It runs in a core of its own, in which nothing else ever does.

import { assert } from '../../base/assert.ts';

interface Decoder {
  readonly memory: WebAssembly.Memory;
  zstd_create_ctx(packedBytes: number): number;
  zstd_get_src_ptr(context: number): number;
  zstd_read(context: number, bytes: number): number;
}

/**
 * The unpacked bytes, so many of them, in a buffer of their own. Throws for damaged input: the core's own words, or a
 * trap, are its message.
 */
export async function unpackZstd(
  v86Wasm: WebAssembly.Module,
  packed: Uint8Array,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { exports } = await WebAssembly.instantiate(v86Wasm, emptyImports(v86Wasm));
  assert(isDecoder(exports), 'v86.wasm has a zstd decoder');
  const context = exports.zstd_create_ctx(packed.length);
  new Uint8Array(exports.memory.buffer).set(packed, exports.zstd_get_src_ptr(context) >>> 0);
  const start = exports.zstd_read(context, length) >>> 0;
  return new Uint8Array(exports.memory.buffer.slice(start, start + length));
}

/** What the core imports, and its decoder never calls. */
function emptyImports(module: WebAssembly.Module): WebAssembly.Imports {
  const env: WebAssembly.ModuleImports = {};
  for (const { name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === 'table') env[name] = new WebAssembly.Table({ initial: 2048, element: 'anyfunc' });
    else {
      env[name] = () => {
        throw new Error('the packed bytes are damaged');
      };
    }
  }
  return { env };
}

function isDecoder(exports: object): exports is Decoder {
  return ['memory', 'zstd_create_ctx', 'zstd_get_src_ptr', 'zstd_read'].every(
    (name) => name in exports,
  );
}
