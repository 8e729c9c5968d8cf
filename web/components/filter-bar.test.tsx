// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it } from 'vitest';
import { FilterBar, type FilterShown } from './filter-bar.tsx';

async function shown(text: string, from: number, to: number) {
  const root = document.createElement('div');
  const problem = { from, to, message: 'This is wrong.', expected: [] };
  const state = signal<FilterShown>({ kind: 'invalid', problem, inForce: '' });
  const props = { filter: signal(text), filterState: state, onFilter: () => undefined };
  await act(() => render(<FilterBar {...props} />, root));
  return {
    text: root.querySelector('.filter-problem code')?.textContent,
    wrong: root.querySelector('mark')?.textContent,
  };
}

describe('a filter that is wrong', () => {
  it('is shown as it was written, with what is wrong in it', async () => {
    const { text, wrong } = await shown('kind == mop && iova', 8, 11);
    expect(text).toBe('kind == mop && iova');
    expect(wrong).toBe('mop');
  });

  it('is shown around that place when it is long', async () => {
    const { text, wrong } = await shown(
      `${'('.repeat(30_000)}mop${')'.repeat(30_000)}`,
      30_000,
      30_003,
    );
    expect(text).toMatch(/^…\(+mop\)+…$/);
    expect(text?.length).toBeLessThan(500);
    expect(wrong).toBe('mop');
  });

  it('is shown in part when nearly all of it is wrong', async () => {
    const { text } = await shown('x'.repeat(60_000), 0, 60_000);
    expect(text).toMatch(/^x+…$/);
    expect(text?.length).toBeLessThan(500);
  });
});
