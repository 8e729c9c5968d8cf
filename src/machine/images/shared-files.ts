// The files of the 9p share: what the guest may have there, and what they are told apart by.

import { checksumOf } from './checksum.ts';
import { InputError } from './guest-images.ts';

/** Files by name, without folders, and the SHA-256 of each in hex. */
export interface SharedFiles {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly checksums: Readonly<Record<string, string>>;
}

const MIB = 1 << 20;
/** The host keeps all of them in memory, once in its own form and once in v86's. */
export const MAX_SHARE_BYTES = 256 * MIB;
export const MAX_SHARE_FILES = 4096;
/** Linux: NAME_MAX (include/uapi/linux/limits.h). */
const MAX_NAME_BYTES = 255;

/** Throws `InputError` for a name that no file of the guest's can have, and for more than a share holds. */
export function sharedFiles(files: Readonly<Record<string, Uint8Array>>): SharedFiles {
  const entries = Object.entries(files);
  for (const [name] of entries) checkShareName(name);
  checkShareSize(
    entries.length,
    entries.reduce((sum, [, bytes]) => sum + bytes.length, 0),
  );
  return {
    files,
    checksums: Object.fromEntries(entries.map(([name, bytes]) => [name, checksumOf(bytes)])),
  };
}

/** Throws `InputError` for a name that no file of the guest's can have. */
export function checkShareName(name: string): void {
  const isUsable = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  if (isUsable && new TextEncoder().encode(name).length <= MAX_NAME_BYTES) return;
  throw new InputError(
    `A shared file cannot be called ${JSON.stringify(name)}. Give a name of 1 to ${MAX_NAME_BYTES} bytes without a slash.`,
  );
}

/** Throws `InputError` for more files, or more bytes in all, than a share holds. */
export function checkShareSize(count: number, bytes: number): void {
  if (count > MAX_SHARE_FILES) {
    throw new InputError(
      `The shared folder can hold ${MAX_SHARE_FILES} files, not ${count}. Leave some out, or pack them into one file.`,
    );
  }
  if (bytes > MAX_SHARE_BYTES) {
    throw new InputError(
      `The shared files have ${(bytes / MIB).toFixed(1)} MiB in all, and the machine takes ${MAX_SHARE_BYTES / MIB}. Leave some out.`,
    );
  }
}
