import { describe, expect, it } from 'vitest';
import { InputError } from '../images/guest-images.ts';
import { pinPlan } from './pinned-plan.ts';
import { readPlan } from './plan-check.ts';

const ONE = '1'.repeat(64);
const OTHER = '2'.repeat(64);

describe('pinPlan', () => {
  it('names files by their checksums in place of the project’s own', () => {
    const { images, share } = pinPlan(readPlan({ images: { initrd: OTHER } }), {
      images: { kernel: ONE, initrd: OTHER },
      share: { a: ONE },
    });
    expect(images).toMatchObject({ kernel: ONE, initrd: OTHER, disk: 'project' });
    expect(share).toEqual({ a: ONE });
  });

  it('leaves a plan alone for which there are no files', () => {
    const plan = readPlan({ images: { kernel: ONE }, share: { a: ONE } });
    expect(pinPlan(plan, { images: {}, share: undefined })).toEqual(plan);
  });

  it.each([
    [
      { images: { kernel: ONE } },
      'The plan is of a kernel with the SHA-256 checksum 111111111111..., and this one has 222222222222....',
    ],
    [{ share: { a: ONE, b: ONE } }, 'the shared file a is another one; the shared file b is gone'],
    [{ share: {} }, 'The plan has other shared files: the shared file a is new.'],
  ])('refuses other files than those of the plan: %j', (choices, message) => {
    const files = { images: { kernel: OTHER }, share: { a: OTHER } };
    expect(() => pinPlan(readPlan(choices), files)).toThrow(InputError);
    expect(() => pinPlan(readPlan(choices), files)).toThrow(message);
  });
});
