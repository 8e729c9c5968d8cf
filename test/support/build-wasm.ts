// Builds the engine's modules once before the tests when one is missing or older than its sources.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/guest/package-root.ts';

const ROOT = packageRoot();
const OUTPUTS = ['store.wasm', 'extras.wasm'].map((name) => join(ROOT, 'wasm/build', name));
const SOURCES = join(ROOT, 'wasm/assembly');

export function setup(): void {
  buildWasm();
}

/** Does nothing when that is done. */
export function buildWasm(): void {
  if (OUTPUTS.every(isFresh)) return;
  execFileSync('npm', ['run', '--silent', 'build:wasm'], { cwd: ROOT, stdio: 'inherit' });
}

function isFresh(output: string): boolean {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  return readdirSync(SOURCES).every((file) => statSync(join(SOURCES, file)).mtimeMs <= built);
}
