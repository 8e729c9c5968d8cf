import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { fakeKernel } from '../../../test/support/fake-kernel.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { contentChecksums } from '../../machine/images/image-files.ts';
import { sharedFiles } from '../../machine/images/shared-files.ts';
import { pinPlan } from '../../machine/plan/pinned-plan.ts';
import { DEFAULT_PLAN, readPlan } from '../../machine/plan/plan-check.ts';
import { startFailure } from './boot-story.ts';
import { FilesNeededError, hasProjectsInitrd, planInWords, readFiles } from './own-files.ts';

const KERNEL = fakeKernel();
const CHECKSUM = createHash('sha256').update(KERNEL).digest('hex');
const FILE = new Blob([new Uint8Array(KERNEL)]);
const PINNED = pinPlan(DEFAULT_PLAN, {
  images: contentChecksums(manifest),
  share: sharedFiles(demoShare()).checksums,
});

describe('own files in the worker', () => {
  it('are read where the plan asks for them, and only those', async () => {
    const plan = readPlan({ images: { kernel: CHECKSUM }, share: { 'a.txt': CHECKSUM } });
    const files = { images: { kernel: FILE, disk: FILE }, share: { 'a.txt': FILE } };
    const read = await readFiles(plan, files);
    expect(read).toEqual({
      bytes: { kernel: KERNEL },
      checksums: { kernel: CHECKSUM },
      share: { files: { 'a.txt': KERNEL }, checksums: { 'a.txt': CHECKSUM } },
    });
  });

  it.each([DEFAULT_PLAN, PINNED])(
    'are none of a machine of the project’s, case %#',
    async (plan) => {
      const { bytes, share } = await readFiles(plan, { images: { kernel: FILE }, share: null });
      expect(bytes).toEqual({});
      expect(Object.keys(share.files)).toEqual(Object.keys(demoShare()));
      expect(planInWords(plan)).toEqual(DEFAULT_PLAN);
      expect(hasProjectsInitrd(plan)).toBe(true);
    },
  );

  it('may be an empty folder', async () => {
    expect((await readFiles(readPlan({ share: {} }))).share.files).toEqual({});
  });

  it('are asked for by name and checksum, all at once', async () => {
    const plan = readPlan({
      images: { kernel: CHECKSUM, initrd: CHECKSUM },
      share: { a: CHECKSUM },
    });
    const needed = readFiles(plan, undefined, { kernel: 'my kernel.bin' });
    await expect(needed).rejects.toThrow(FilesNeededError);
    const error: unknown = await needed.catch((reason: unknown) => reason);
    expect(startFailure(error)).toEqual({
      kind: 'files-needed',
      message: `This PC is made with files that do not come with the page. It needs your kernel “my kernel.bin”, SHA-256 ${CHECKSUM}; and your initrd, SHA-256 ${CHECKSUM}; and your shared files: a.`,
      consoleTail: [],
    });
    expect(hasProjectsInitrd(plan)).toBe(false);
  });

  it('are read again for each machine: one that has changed is another one', async () => {
    const plan = readPlan({ images: { kernel: CHECKSUM } });
    const { checksums } = await readFiles(plan, {
      images: { kernel: new Blob(['x']) },
      share: null,
    });
    expect(checksums.kernel).not.toBe(CHECKSUM);
  });
});
