import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InputError } from './guest-images.ts';
import { checkShareSize, MAX_SHARE_BYTES, MAX_SHARE_FILES, sharedFiles } from './shared-files.ts';

describe('sharedFiles', () => {
  it('are told apart by their SHA-256', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(sharedFiles({ 'a b': bytes }).checksums).toEqual({
      'a b': createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it.each(['', '.', '..', 'a/b', 'a\0', 'x'.repeat(256), 'ä'.repeat(128)])(
    'cannot be called %j',
    (name) => {
      expect(() => sharedFiles({ [name]: new Uint8Array() })).toThrow(InputError);
      expect(() => sharedFiles({ [name]: new Uint8Array() })).toThrow(/without a slash/);
    },
  );

  it('are bounded in number and size', () => {
    expect(() => checkShareSize(MAX_SHARE_FILES, MAX_SHARE_BYTES)).not.toThrow();
    expect(() => checkShareSize(MAX_SHARE_FILES + 1, 0)).toThrow(/4096 files, not 4097/);
    expect(() => checkShareSize(1, MAX_SHARE_BYTES + 1)).toThrow(/256\.0 MiB in all.*takes 256/);
  });
});
