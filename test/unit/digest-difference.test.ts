import { expect, it } from 'vitest';
import { difference } from '../tools/digests/digest-difference.ts';
import type { StepDigest } from '../tools/digests/digest-script.ts';

const BOOT: StepDigest = {
  step: 'boot',
  run: { digest: 'd1', events: 'e1', console: 'c1', memory: 'm1', eventCount: 5, instructions: 90 },
};
const READ: StepDigest = {
  step: 'disk-read',
  run: { digest: 'd2', events: 'e2', console: 'c2', memory: 'm2', eventCount: 9, instructions: 95 },
};

it('finds nothing in two runs that are alike', () => {
  expect(difference([BOOT, READ], [BOOT, READ])).toBeUndefined();
});

it('tells the first step that is not alike, and what of it', () => {
  const other = { ...READ, run: { ...READ.run, digest: 'd3', memory: 'm3', instructions: 96 } };
  expect(difference([BOOT, other], [BOOT, READ])).toBe(
    'after disk-read: memory m3 instead of m2, instructions 96 instead of 95',
  );
});

it('misses a step', () => {
  expect(difference([BOOT], [BOOT, READ])).toMatch(/^after disk-read: events undefined/);
});
