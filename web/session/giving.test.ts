import { describe, expect, it, vi } from 'vitest';
import { giveToGuest, isForGuest, whyNotOpened } from './giving.ts';

const ELF = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 1, 1]);

describe('a file for the guest', () => {
  it.each([
    ['a module', new Blob([ELF]), true],
    ['a script', new Blob(['#!/bin/sh\n']), true],
    ['a trace', new Blob(['{"version":1}']), false],
    ['an empty file', new Blob([]), false],
  ])('is known by its beginning: %s', async (_what, file, isOne) => {
    expect(await isForGuest(file)).toBe(isOne);
  });

  it.each([
    ['edu.ko', /share-read edu\.ko && insmod \/mnt\/share\/edu\.ko/],
    ['hello', /share-read hello && \/mnt\/share\/hello/],
    ['a b;reboot', /share-read lists the folder/],
  ])('comes with what to type: %s', async (name, words) => {
    const give = vi.fn(async () => undefined);
    const notice = await giveToGuest({ share: { give } }, new File([ELF], name));
    expect(notice.tone).toBe('good');
    expect(notice.text).toMatch(words);
    expect(give).toHaveBeenCalledWith(name, expect.any(File));
  });

  it('that can not be given says why', async () => {
    const give = () => Promise.reject(new Error('This PC has no shared folder.'));
    const file = new File([ELF], 'edu.ko');
    expect(await giveToGuest({ share: { give } }, file)).toEqual({
      tone: 'bad',
      text: 'This PC has no shared folder.',
    });
    expect(await giveToGuest(null, file)).toMatchObject({ tone: 'bad' });
  });
});

/** An ELF header of a class, for a machine. */
function elf(kind: number, machine: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, kind]);
  head[18] = machine;
  return head;
}

function kernel(): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(0x400);
  head.set(new TextEncoder().encode('HdrS'), 0x202);
  return head;
}

it.each([
  ['a kernel', kernel(), /a Linux kernel\. To boot it, choose it .* “Machine…”/],
  ['an initrd', new TextEncoder().encode('070701'), /an initial RAM disk/],
  ['a 64-bit program', elf(2, 62), /32-bit processor/],
  ['a program for ARM', elf(1, 40), /another processor/],
  ['a program for i386', elf(1, 3), null],
  ['a short file', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 1]), null],
  ['an empty file', new Uint8Array(), null],
])('of files that are not opened it is said where they belong: %s', async (_what, bytes, words) => {
  const said = await whyNotOpened(new File([bytes], 'f'));
  if (words === null) expect(said).toBeNull();
  else expect(said).toMatch(words);
});
