// The file that a guest is saved in: the one that the build makes of the booted guest, at any moment.

import { InputError } from '../machine/images/guest-images.ts';
import type { Machine } from '../machine/machine.ts';
import type { BootedGuest } from '../machine/snapshot/booted-guest.ts';
import { builtFrom, isBuiltFrom } from '../machine/snapshot/built-from.ts';
import { readSnapshotFile, writeSnapshotFile } from '../machine/snapshot/snapshot-file.ts';
import { storyOf, type Witnessed } from '../machine/story-of.ts';
import { readManifest } from './guest-files.ts';
import { sharedV86Wasm } from './session-machine.ts';

/** The machine as it is, and what `look` has seen of its guest then. */
export async function writeGuestFile(
  machine: Machine,
  look: () => Witnessed,
): Promise<Uint8Array<ArrayBuffer>> {
  const snapshot = await machine.save();
  // No tick comes between the snapshot and its story.
  const story = storyOf(machine, look());
  const parts = builtFrom(await readManifest());
  return writeSnapshotFile({ builtFrom: parts, story, machine: snapshot });
}

/** The guest in the file. Rejects with `InputError` when it is damaged, or of another version of the emulator or images. */
export async function readGuestFile(file: Uint8Array): Promise<BootedGuest> {
  const guest = await readSnapshotFile(new Uint8Array(file), await sharedV86Wasm());
  if (isBuiltFrom(guest.builtFrom, builtFrom(await readManifest()))) return guest;
  throw new InputError(
    'The file is of a guest with other images or another emulator. Save it again with this version.',
  );
}
