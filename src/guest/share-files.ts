// Reads what a user wants to share with the guest.

import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InputError } from '../machine/images/guest-images.ts';
import { checkShareSize } from '../machine/images/shared-files.ts';
import { fileTrouble, readInput } from './guest-files.ts';

/** A file, or the plain files of a folder, by name. Rejects with `InputError`. */
export async function readShare(path: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const found = await look(path);
  if (found.isFile()) return readAll([[basename(resolve(path)), path]]);
  if (!found.isDirectory()) {
    throw new InputError(`${path} cannot be shared: it is neither a file nor a folder.`);
  }
  const names = await plainFiles(path);
  if (names.length > 0) return readAll(names.map((name) => [name, join(path, name)]));
  throw new InputError(
    `The folder ${path} has no plain files to share; folders in it are left out. Name another.`,
  );
}

async function look(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new InputError(`Nothing can be shared: ${fileTrouble(cause, path)}`, { cause });
  }
}

async function plainFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted();
  } catch (cause) {
    throw new InputError(`The folder cannot be shared: ${fileTrouble(cause, folder)}`, { cause });
  }
}

async function readAll(
  paths: readonly (readonly [name: string, path: string])[],
): Promise<Readonly<Record<string, Uint8Array>>> {
  // Before anything is read: a folder may hold more than fits into memory.
  const sizes = await Promise.all(paths.map(async ([, path]) => (await look(path)).size));
  checkShareSize(
    paths.length,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const files = paths.map(async ([name, path]) => [name, await readInput(path, 'shared file')]);
  return Object.fromEntries(await Promise.all(files));
}
