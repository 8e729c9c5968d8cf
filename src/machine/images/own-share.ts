// A user's own files for the 9p share: what has to be known of them before a machine is built, without keeping them.

import { measureFile, readOwnFile, type FileUse } from './own-file.ts';
import {
  checkShareName,
  checkShareSize,
  MAX_SHARE_BYTES,
  sharedFiles,
  type SharedFiles,
} from './shared-files.ts';

/** Files by name. */
export type ShareChoice = Readonly<Record<string, Blob>>;

function useOf(name: string): FileUse {
  return { what: `The shared file ${name}`, maxBytes: MAX_SHARE_BYTES, unpacks: false };
}

/** Throws `InputError` before anything is read: a folder may hold more than fits into memory. */
function check(files: ShareChoice): void {
  const all = Object.entries(files);
  for (const [name] of all) checkShareName(name);
  checkShareSize(
    all.length,
    all.reduce((sum, [, { size }]) => sum + size, 0),
  );
}

/** SHA-256 of each file in hex, as a plan has them. Rejects with `InputError` for files that cannot be shared. */
export async function measureShare(files: ShareChoice): Promise<Readonly<Record<string, string>>> {
  check(files);
  const checksums: [string, string][] = [];
  // One after the other: only a piece of one is in memory.
  for (const [name, file] of Object.entries(files)) {
    checksums.push([name, (await measureFile(file, useOf(name))).sha256]);
  }
  return Object.fromEntries(checksums);
}

/** The files themselves. Rejects with `InputError` for files that cannot be shared. */
export async function readOwnShare(files: ShareChoice): Promise<SharedFiles> {
  check(files);
  const read = Object.entries(files).map(
    async ([name, file]) => [name, await readOwnFile(file, useOf(name))] as const,
  );
  return sharedFiles(Object.fromEntries(await Promise.all(read)));
}
