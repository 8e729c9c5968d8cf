import { expect, it } from 'vitest';
import type { GuestStage } from '../machine/boot-watch.ts';
import { stageFromNow } from './stage-from-now.ts';

it('waits for the next start where the stage is reached already', () => {
  let now: GuestStage = 'ready';
  const stage = stageFromNow('iommu', () => now);
  expect(stage()).toBe('firmware');
  now = 'kernel';
  expect(stage()).toBe('kernel');
  now = 'userspace';
  expect(stage()).toBe('userspace');
});

it('is the stage of this start where that has not come so far', () => {
  let now: GuestStage = 'kernel';
  const stage = stageFromNow('iommu', () => now);
  now = 'ready';
  expect(stage()).toBe('ready');
});
