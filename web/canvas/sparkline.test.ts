import { describe, expect, it } from 'vitest';
import { sparklinePath } from './sparkline.ts';

describe('sparklinePath', () => {
  it('is empty until there are two samples, then ends at the right edge', () => {
    expect(sparklinePath([1], 32, 46, 16)).toBe('');
    expect(sparklinePath([0, 4], 2, 46, 16)).toBe('M0.0 16L0.0 16.0L46.0 0.0L46 16Z');
  });
});
