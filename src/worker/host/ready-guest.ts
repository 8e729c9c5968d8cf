// The usual machine at its prompt, from the file that was built with the page.

import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { InputError } from '../../machine/images/guest-images.ts';
import type { BootedGuest } from '../../machine/snapshot/booted-guest.ts';
import { builtFrom, isBuiltFrom } from '../../machine/snapshot/built-from.ts';
import { readSnapshotFile } from '../../machine/snapshot/snapshot-file.ts';

/** The guest in the file. Rejects with `InputError` when it is damaged, or of other parts than the page. */
export async function readReadyGuest(
  file: Uint8Array<ArrayBuffer>,
  v86Wasm: WebAssembly.Module,
): Promise<BootedGuest> {
  const guest = await readSnapshotFile(file, v86Wasm);
  if (isBuiltFrom(guest.builtFrom, builtFrom(manifest))) return guest;
  throw new InputError('The snapshot is of other images or of another emulator. Build it again.');
}
