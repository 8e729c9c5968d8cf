// Builds the `viommu` command, for the tests that start it.

import { execFileSync } from 'node:child_process';
import { packageRoot } from '../../src/guest/package-root.ts';

const ROOT = packageRoot();

/** Set for the tests of a tree in which everything is built. */
export const BUILT_VARIABLE = 'VIOMMU_TEST_BUILT';

/** Does nothing where all is built: a build takes away the snapshot that other tests start from. */
export function buildCommand(): void {
  if (process.env[BUILT_VARIABLE] !== undefined) return;
  execFileSync('npm', ['run', '--silent', 'build:node'], { cwd: ROOT, stdio: 'inherit' });
}
