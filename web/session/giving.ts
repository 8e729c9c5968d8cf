// Files that a person gives to the guest: a module or a program that is dropped on the page goes into the shared folder.

import { isBzImage, KERNEL_MARK_END } from '../../src/machine/images/kernel-mark.ts';
import type { ShareApi } from '../../src/worker/api/share.ts';
import type { RecordingNotice } from '../format/replay-words.ts';

/** How a file begins that is of use to the guest only: ELF, which modules and programs are, and a script's `#!`. */
const GUEST_BEGINNINGS = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0x23, 0x21],
] as const;
const LONGEST = 4;
/** ELF: its class is the byte at 4, 2 for 64 bits; the machine stands at 18, little-endian, 3 for i386. */
const ELF_CLASS = 4;
const ELF_64 = 2;
const ELF_MACHINE = 18;
const EM_386 = 3;
/** An initramfs that is not packed. */
const CPIO = '07070';
const ELF = '\x7fELF';
/** What a shell takes as it is. */
const PLAIN_NAME = /^[\w.+-]+$/;

export async function isForGuest(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, LONGEST).arrayBuffer());
  return GUEST_BEGINNINGS.some((bytes) => bytes.every((byte, index) => head[index] === byte));
}

function beginsWith(head: Uint8Array, text: string): boolean {
  return new TextDecoder('latin1').decode(head.subarray(0, text.length)) === text;
}

/** What to do with a file that has another place on this page, or none; null where it can be opened. */
export async function whyNotOpened(file: File): Promise<string | null> {
  const { name } = file;
  const head = new Uint8Array(await file.slice(0, KERNEL_MARK_END).arrayBuffer());
  if (isBzImage(head)) {
    return `${name} is a Linux kernel. To boot it, choose it as the kernel under “Machine…”.`;
  }
  if (beginsWith(head, CPIO)) {
    return `${name} is an initial RAM disk. To boot with it, choose it as the initrd under “Machine…”.`;
  }
  if (!beginsWith(head, ELF) || head.length <= ELF_MACHINE) return null;
  if (head[ELF_CLASS] === ELF_64) {
    return `${name} is a 64-bit program or module, and the PC has a 32-bit processor. Build it for i386.`;
  }
  return head[ELF_MACHINE] === EM_386
    ? null
    : `${name} is a program or module for another processor. Build it for i386.`;
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
