import { describe, expect, it } from 'vitest';
import { fileProblems, neededFiles, unpinPlan } from './own-files.ts';
import { pinPlan } from './pinned-plan.ts';
import { DEFAULT_PLAN, readPlan } from './plan-check.ts';

const MIB = 1 << 20;
const OWN = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const PROJECTS = {
  images: { kernel: '01'.repeat(32), initrd: '02'.repeat(32), disk: '03'.repeat(32) },
  share: { 'README.txt': '04'.repeat(32) },
};

describe('fileProblems', () => {
  const known = { length: 1, sha256: OWN, commandLineLimit: undefined };

  it('are none of the usual machine', () => {
    expect(fileProblems(DEFAULT_PLAN, {})).toEqual([]);
  });

  it('are an initrd that the memory cannot hold, and what the kernel cannot be told', () => {
    const plan = readPlan({ append: 'x'.repeat(200) });
    const initrd = { ...known, length: 100 * MIB };
    const kernel = { ...known, commandLineLimit: 255 };
    expect(fileProblems(plan, { initrd, kernel })).toMatchObject([
      { path: 'images.initrd', words: expect.stringContaining('at least 165 MiB') },
      { path: 'append', words: expect.stringContaining('takes at most 255') },
    ]);
  });

  it.each(['x'.repeat(2000), 'straße', 'a\nb'])(
    'are a command line that no kernel takes, case %#',
    (append) => {
      expect(fileProblems(readPlan({ append }), {})).toMatchObject([{ path: 'append' }]);
    },
  );
});

describe('neededFiles', () => {
  const plan = readPlan({
    images: { kernel: OWN, disk: PROJECTS.images.disk },
    share: { a: OTHER, b: OWN },
  });

  it('are none of a machine of the project’s own files, however they are named', () => {
    expect(neededFiles(DEFAULT_PLAN, [])).toEqual([]);
    expect(neededFiles(pinPlan(DEFAULT_PLAN, PROJECTS), [PROJECTS])).toEqual([]);
    expect(neededFiles(readPlan({ share: {} }), [])).toEqual([]);
  });

  it('are those that nobody has', () => {
    expect(neededFiles(plan, [PROJECTS])).toEqual([
      { kind: 'image', image: 'kernel', sha256: OWN },
      { kind: 'share', names: ['a', 'b'] },
    ]);
    const own = { images: { kernel: OWN }, share: { b: OWN, a: OTHER } };
    expect(neededFiles(plan, [PROJECTS, own])).toEqual([]);
    expect(neededFiles(plan, [PROJECTS, { ...own, share: { a: OTHER } }])).toEqual([
      { kind: 'share', names: ['a', 'b'] },
    ]);
  });
});

describe('unpinPlan', () => {
  it('takes back what pinning the project’s files did, and leaves other files', () => {
    const own = readPlan({ images: { kernel: OWN } });
    const others = { images: { ...PROJECTS.images, kernel: OWN }, share: PROJECTS.share };
    expect(unpinPlan(pinPlan(DEFAULT_PLAN, PROJECTS), PROJECTS)).toEqual(DEFAULT_PLAN);
    expect(unpinPlan(pinPlan(own, others), PROJECTS)).toEqual(own);
    expect(unpinPlan(readPlan({ share: { a: OWN } }), PROJECTS).share).toEqual({ a: OWN });
  });
});
