// Builds what the guest tests run: the mapping store and the `viommu` command.

import { buildWasm } from '../../support/build-wasm.ts';
import { buildCommand } from '../../support/build-command.ts';

export default function setup(): void {
  buildWasm();
  buildCommand();
}
