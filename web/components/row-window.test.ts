import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeRowWindow } from './row-window.ts';

describe('computeRowWindow', () => {
  it('renders what is visible and keeps the height of all rows', () => {
    const arbitrary = fc.tuple(fc.nat(20_000), fc.nat(500_000), fc.nat(900));
    fc.assert(
      fc.property(arbitrary, ([count, top, height]) => {
        const window = computeRowWindow(count, 22, top, height);
        const rendered = window.end - window.first;
        expect(window.spaceBefore + rendered * 22 + window.spaceAfter).toBe(count * 22);
        expect(rendered).toBeLessThan(height / 22 + 16);
        const firstVisible = Math.floor(top / 22);
        if (height > 0 && firstVisible < count) {
          expect(window.first).toBeLessThanOrEqual(firstVisible);
          expect(window.end).toBeGreaterThan(firstVisible);
        }
      }),
    );
  });
});
