// The guest that has booted already: the project's own machine at its prompt, kept in a file that the build makes, or
// the first session that asks for it.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BootedGuest } from '../machine/snapshot/booted-guest.ts';
import { builtFrom, isBuiltFrom } from '../machine/snapshot/built-from.ts';
import { readSnapshotFile, writeSnapshotFile } from '../machine/snapshot/snapshot-file.ts';
import { readManifest } from './guest-files.ts';
import { packageRoot } from './package-root.ts';
import { bootReadyGuest } from './ready-boot.ts';
import { sharedV86Wasm } from './session-machine.ts';

/** Where the file is, from the root of the package. */
const READY_FILE = join('dist', 'ready', 'guest.snapshot');

/**
 * The guest in the file. When there is none, or one of other parts, it is booted, and kept for the next process if the
 * folder can be written. Rejects with `InputError` when the file is damaged.
 */
export async function readyGuest(): Promise<BootedGuest> {
  const file = await readFile(readyPath()).catch(() => undefined);
  if (file !== undefined) {
    const guest = await readSnapshotFile(new Uint8Array(file), await sharedV86Wasm());
    if (isBuiltFrom(guest.builtFrom, builtFrom(await readManifest()))) return guest;
  }
  const guest = await bootReadyGuest();
  await keepReadyGuest(guest).catch(() => undefined);
  return guest;
}

/** Writes the file; who reads meanwhile finds the old one or the new one. `pack` makes zstd of bytes. */
export async function keepReadyGuest(
  guest: BootedGuest,
  pack?: (bytes: Uint8Array) => Uint8Array,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const path = readyPath();
  const bytes = await writeSnapshotFile(guest, pack);
  const draft = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, bytes);
  await rename(draft, path);
  return { path, bytes: bytes.length };
}

function readyPath(): string {
  return join(packageRoot(), READY_FILE);
}
