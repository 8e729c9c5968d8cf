import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import type { Emulator } from './emulator.ts';
import { canGiveFile, giveFile } from './given-file.ts';
import { versionShare } from './share-guard.ts';

const ROOT = 0;
const OLD = Uint8Array.of(1, 2, 3);
const NEW = Uint8Array.of(4, 5);

let emulator: Emulator;

beforeAll(async () => {
  emulator = await stoppedEmulator();
});

beforeEach(async () => {
  const { fs } = emulator.cpu.devices.virtio_9p;
  for (const name of ['edu.ko', 'new.ko']) {
    if (fs.Search(ROOT, name) >= 0) fs.Unlink(ROOT, name);
  }
  await emulator.v86.create_file('edu.ko', OLD);
  versionShare(emulator.cpu);
});

function contentOf(name: string) {
  const { fs } = emulator.cpu.devices.virtio_9p;
  const id = fs.Search(ROOT, name);
  return { id, bytes: fs.inodedata[id], inode: fs.GetInode(id) };
}

describe('a file that is given to a running guest', () => {
  it('is in the share, as one that everyone may read and run', () => {
    giveFile(emulator.cpu, 'new.ko', NEW);
    const { bytes, inode } = contentOf('new.ko');
    expect(bytes).toEqual(NEW);
    expect([inode.size, inode.mode, inode.qid.version]).toEqual([2, 0o100755, 1]);
  });

  it('takes the place of the one before as another file, of which nothing is kept', () => {
    const before = contentOf('edu.ko').id;
    giveFile(emulator.cpu, 'edu.ko', NEW);
    const { id, bytes } = contentOf('edu.ko');
    expect(bytes).toEqual(NEW);
    expect(id).not.toBe(before);
    expect(emulator.cpu.devices.virtio_9p.fs.inodedata[before]).toBeUndefined();
  });

  it('leaves the one before to whoever has it open', () => {
    const { fids, fs } = emulator.cpu.devices.virtio_9p;
    const before = contentOf('edu.ko').id;
    fids.push({ inodeid: before, type: 1, uid: 0, dbg_name: '' });
    giveFile(emulator.cpu, 'edu.ko', NEW);
    fids.pop();
    expect(fs.inodedata[before]).toEqual(OLD);
  });

  it('does not come in the place of a folder', () => {
    expect(canGiveFile(emulator.cpu, '..')).toBe(false);
    expect(canGiveFile(emulator.cpu, 'edu.ko')).toBe(true);
    const { fs } = emulator.cpu.devices.virtio_9p;
    const before = fs.inodes.length;
    giveFile(emulator.cpu, '..', NEW);
    expect(fs.inodes).toHaveLength(before);
  });
});
