// Files that a person gives to the guest: a module or a program that is dropped on the page goes into the shared folder.

import type { ShareApi } from '../../src/worker/api/share.ts';
import type { RecordingNotice } from '../format/replay-words.ts';

/** How a file begins that is of use to the guest only: ELF, which modules and programs are, and a script's `#!`. */
const GUEST_BEGINNINGS = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0x23, 0x21],
] as const;
const LONGEST = 4;
/** What a shell takes as it is. */
const PLAIN_NAME = /^[\w.+-]+$/;

export async function isForGuest(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, LONGEST).arrayBuffer());
  return GUEST_BEGINNINGS.some((bytes) => bytes.every((byte, index) => head[index] === byte));
}

function useWords(name: string): string {
  if (!PLAIN_NAME.test(name)) return 'share-read lists the folder and mounts it at /mnt/share';
  const run = name.endsWith('.ko') ? `insmod /mnt/share/${name}` : `/mnt/share/${name}`;
  return `type share-read ${name} && ${run}`;
}

/** Puts a file into the shared folder of the PC that runs. Never rejects: what became of it is what it resolves with. */
export async function giveToGuest(
  api: { readonly share: ShareApi } | null,
  file: File,
): Promise<RecordingNotice> {
  const { name } = file;
  if (api === null) return { tone: 'bad', text: `${name}: no PC runs that could be given a file.` };
  try {
    await api.share.give(name, file);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { tone: 'bad', text };
  }
  return {
    tone: 'good',
    text: `${name} is in the PC’s shared folder until the PC starts anew. In the console ${useWords(name)}.`,
  };
}
