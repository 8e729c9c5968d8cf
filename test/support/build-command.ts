// Builds the `viommu` command, for the tests that start it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Takes a second or two when nothing has changed. */
export function buildCommand(): void {
  execFileSync('npm', ['run', '--silent', 'build:node'], { cwd: ROOT, stdio: 'inherit' });
}
