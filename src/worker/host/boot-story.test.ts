import { describe, expect, it } from 'vitest';
import { InputError } from '../../machine/images/guest-images.ts';
import { ImageCorruptError } from '../../machine/images/image-files.ts';
import { BOOT_STAGES } from '../api/power.ts';
import {
  oopsFailure,
  panicFailure,
  stageDetail,
  stallFailure,
  startFailure,
} from './boot-story.ts';
import { ImageMissingError } from './image-download.ts';

describe('stageDetail', () => {
  it('has words of their own for every stage', () => {
    const words = BOOT_STAGES.map(stageDetail);
    expect(words.every((each) => each.length > 10)).toBe(true);
    expect(new Set(words).size).toBe(BOOT_STAGES.length);
  });
});

describe('startFailure', () => {
  it.each([
    [new ImageMissingError('disk.img.gz is not there.'), 'image-missing'],
    [new ImageCorruptError('bzImage is damaged.'), 'image-corrupt'],
    [new InputError('The kernel is not a Linux bzImage.'), 'refused'],
  ])('passes on the words of %s', (error, kind) => {
    expect(startFailure(error)).toEqual({ kind, message: error.message, consoleTail: [] });
  });

  it.each([
    [new RangeError('Array buffer allocation failed'), /could not be started: Array buffer/],
    ['a string', /could not be started: a string/],
    [undefined, /could not be started: undefined/],
  ])('takes %s for an error of ours', (error, message) => {
    const failure = startFailure(error);
    expect(failure.kind).toBe('internal');
    expect(failure.message).toMatch(message);
  });
});

describe('failures of a running guest', () => {
  it('carry the end of the console', () => {
    expect(panicFailure('no init', ['a', 'b'])).toEqual({
      kind: 'kernel-panic',
      message: 'The kernel stopped itself: “no init”.',
      consoleTail: ['a', 'b'],
    });
    const panic = '[    2.0] Kernel panic - not syncing: no init';
    const end = '[    2.1] ---[ end Kernel panic - not syncing: no init ]---';
    expect(panicFailure('no init', ['a', panic, 'CPU: 0', end]).consoleTail).toEqual([
      panic,
      'CPU: 0',
      end,
    ]);
    expect(stallFailure(45, true, ['a'])).toMatchObject({
      kind: 'no-progress',
      message: 'Linux has printed nothing for 45 seconds of its start.',
      consoleTail: ['a'],
    });
    expect(stallFailure(45, false, []).message).toBe(
      'The PC’s processor has not executed anything for 45 seconds of its start.',
    );
  });
});

describe('an error of the kernel’s own', () => {
  const words = 'BUG: kernel NULL pointer dereference, address: 00000018';

  it('is told in the kernel’s words', () => {
    const report = [words, 'Call Trace:', ' proc_reg_write+0x1/0x2'];
    expect(oopsFailure({ words, report })).toEqual({
      kind: 'kernel-oops',
      message: `Linux reports an error of its own: “${words}”.`,
      consoleTail: report,
    });
  });

  it('is explained when it comes from the removal of the IOMMU’s driver', () => {
    const report = [words, 'Call Trace:', '[    1.397920]  viommu_remove+0x22/0x54'];
    expect(oopsFailure({ words, report }).message).toContain(
      'while the driver of the IOMMU was removed',
    );
  });
});
