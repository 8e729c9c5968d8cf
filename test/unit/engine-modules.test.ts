// What the engine's two modules ask of a host.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import binaryen from 'assemblyscript/binaryen';
import { describe, expect, it } from 'vitest';

const BUILT = join(import.meta.dirname, '../../wasm/build');
/** The names of the values that SIMD instructions work on; each instruction has one of them in its own. */
const SIMD = /v128|i8x16|i16x8|i32x4|i64x2|f32x4|f64x2/u;

function textOf(name: string): string {
  const module = binaryen.readBinary(readFileSync(join(BUILT, name)));
  try {
    return module.emitText();
  } finally {
    module.dispose();
  }
}

describe('the modules of the engine', () => {
  it('a device needs no SIMD', () => {
    expect(textOf('store.wasm')).not.toMatch(SIMD);
  });

  it('the second one uses it', () => {
    expect(textOf('extras.wasm')).toMatch(SIMD);
  });
});
