// A file that the host puts into the shared folder while the guest runs.

import { FINAL_VERSION } from './share-guard.ts';
import type { V86Cpu } from './v86-internals.ts';

const ROOT = 0;
/** A regular file that everyone may read and run. */
const MODE = 0o100755;

/** Whether a name of the shared folder can be that of a file: the guest may have made a folder of it. */
export function canGiveFile(cpu: V86Cpu, name: string): boolean {
  const { fs } = cpu.devices.virtio_9p;
  const before = fs.Search(ROOT, name);
  return before < 0 || !fs.IsDirectory(before);
}

/**
 * Puts a file there, in the place of the one that had its name; whoever has that one open goes on with it. Does nothing where the name
 * is a folder's. To be called on guest time, as the file's date is that of the guest, and while the share has nothing to answer.
 *
 * It is another inode than the one before, with a version of its own: what Linux keeps of the old one is not taken for it.
 */
export function giveFile(cpu: V86Cpu, name: string, bytes: Uint8Array): void {
  if (!canGiveFile(cpu, name)) return;
  const { fs, fids } = cpu.devices.virtio_9p;
  const before = fs.Search(ROOT, name);
  if (before >= 0) {
    fs.Unlink(ROOT, name);
    const isOpen = fids.some(({ inodeid }) => inodeid === before);
    if (!isOpen) Reflect.deleteProperty(fs.inodedata, before);
  }
  const id = fs.CreateFile(name, ROOT);
  const inode = fs.GetInode(id);
  fs.inodedata[id] = bytes.slice();
  inode.size = bytes.length;
  inode.mode = MODE;
  inode.qid.version = FINAL_VERSION;
}
