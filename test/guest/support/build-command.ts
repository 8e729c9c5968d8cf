// Builds what the guest tests run: the mapping store and the `viommu` command.

import { execFileSync } from 'node:child_process';

export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build:wasm'], { stdio: 'pipe' });
  execFileSync('npm', ['run', '--silent', 'build:node'], { stdio: 'inherit' });
}
