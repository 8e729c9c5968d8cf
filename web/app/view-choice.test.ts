import { describe, expect, it } from 'vitest';
import { viewOf } from './view-choice.ts';

describe('the view', () => {
  it.each([
    ['https://host/page/', null, 'see'],
    ['https://host/page/', 'inspect', 'inspect'],
    ['https://host/page/?view=inspect', null, 'inspect'],
    ['https://host/page/?iommu=off&view=see', 'inspect', 'see'],
    ['https://host/page/?view=banana', 'inspect', 'see'],
    ['https://host/page/?view=', null, 'see'],
  ] as const)('of %s, with %s chosen before, is %s', (address, kept, view) => {
    expect(viewOf(address, kept)).toBe(view);
  });
});
