// Builds what the guest tests run, the mapping store and the `viommu` command, unless `npm test` has built all already.

import { BUILT_VARIABLE } from '../../tools/test-sections.ts';
import { buildWasm } from '../../support/build-wasm.ts';
import { buildCommand } from '../../support/build-command.ts';

export default function setup(): void {
  if (process.env[BUILT_VARIABLE] !== undefined) return;
  buildWasm();
  buildCommand();
}
