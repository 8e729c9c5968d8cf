import { describe, expect, it, vi } from 'vitest';
import { giveToGuest, isForGuest } from './giving.ts';

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
