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
  const kept = await keptGuest();
  if (kept !== undefined) return kept.guest;
  const guest = await bootReadyGuest();
  await keepReadyGuest(guest).catch(() => undefined);
  return guest;
}

/** The bytes of that file; `onBoot` is told when the guest has to boot for it. Rejects as `readyGuest` does. */
export async function readyFile(onBoot: () => void): Promise<Uint8Array> {
  const kept = await keptGuest();
  if (kept !== undefined) return kept.file;
  onBoot();
  const file = await writeSnapshotFile(await bootReadyGuest());
  await keepFile(file).catch(() => undefined);
  return file;
}

async function keptGuest(): Promise<
  { readonly file: Uint8Array; readonly guest: BootedGuest } | undefined
> {
  const bytes = await readFile(readyPath()).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const file = new Uint8Array(bytes);
  const guest = await readSnapshotFile(file, await sharedV86Wasm());
  return isBuiltFrom(guest.builtFrom, builtFrom(await readManifest()))
    ? { file, guest }
    : undefined;
}

/** Writes the file; who reads meanwhile finds the old one or the new one. `pack` makes zstd of bytes. */
export async function keepReadyGuest(
  guest: BootedGuest,
  pack?: (bytes: Uint8Array) => Uint8Array,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const file = await writeSnapshotFile(guest, pack);
  await keepFile(file);
  return { path: readyPath(), bytes: file.length };
}

async function keepFile(file: Uint8Array): Promise<void> {
  const path = readyPath();
  const draft = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, file);
  await rename(draft, path);
}

function readyPath(): string {
  return join(packageRoot(), READY_FILE);
}
