// Builds store.wasm once before the tests when it is missing or older than its sources.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, 'wasm/build/store.wasm');
const SOURCES = join(ROOT, 'wasm/assembly');

export function setup(): void {
  buildWasm();
}

/** Does nothing when that is done. */
export function buildWasm(): void {
  if (isFresh()) return;
  execFileSync('npm', ['run', '--silent', 'build:wasm'], { cwd: ROOT, stdio: 'inherit' });
}

function isFresh(): boolean {
  if (!existsSync(OUTPUT)) return false;
  const built = statSync(OUTPUT).mtimeMs;
  return readdirSync(SOURCES).every((file) => statSync(join(SOURCES, file)).mtimeMs <= built);
}
