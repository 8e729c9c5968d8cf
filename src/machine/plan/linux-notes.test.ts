import { describe, expect, it } from 'vitest';
import { linuxNotes } from './linux-notes.ts';
import { DEFAULT_PLAN, readPlan } from './plan-check.ts';

const BAD = {
  features: ['input-range'],
  pageSizeMask: 0x1_0000,
  dialect: 'v0.5',
} as const;

describe('linuxNotes', () => {
  it('are none of the usual machine, nor of one with more page sizes', () => {
    expect(linuxNotes(DEFAULT_PLAN)).toEqual([]);
    expect(linuxNotes(readPlan({ iommu: { pageSizeMask: 0x20_1000, dialect: 'v0.9' } }))).toEqual(
      [],
    );
  });

  it('name what Linux will not drive', () => {
    const paths = linuxNotes(readPlan({ iommu: BAD, tables: 'iort' })).map(({ path }) => path);
    expect(paths).toEqual(['iommu.features', 'iommu.pageSizeMask', 'tables', 'iommu.dialect']);
  });

  it('are none without an IOMMU, and leave the dialect to an own kernel', () => {
    expect(linuxNotes(readPlan({ iommu: { ...BAD, mode: 'off' } }))).toEqual([]);
    const images = { kernel: 'ab'.repeat(32) };
    expect(linuxNotes(readPlan({ images, iommu: { dialect: 'v0.5' } }))).toEqual([]);
  });
});
