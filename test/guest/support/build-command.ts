// Builds what the guest tests run: the mapping store and the `viommu` command.

import { execFileSync } from 'node:child_process';
import { buildCommand } from '../../support/build-command.ts';

export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build:wasm'], { stdio: 'pipe' });
  buildCommand();
}
