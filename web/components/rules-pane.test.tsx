// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import type { Requirement } from '../conformance/requirement.ts';
import type { Exercised, RequirementsView } from '../model/requirements-view.ts';
import { RulesPane } from './rules-pane.tsx';

const RULES: readonly Requirement[] = [
  {
    id: 'A44',
    level: 'SHOULD',
    section: '5.13.6.5.2',
    requirement: 'MAP over any byte that is mapped is refused.',
    causes: ['map-overlap'],
    tests: ['a test of overlaps'],
  },
  { id: 'B1', level: 'MUST', section: '4.2.2.1', requirement: 'MagicValue is right.', tests: [] },
];
const OVERLAP = { cause: 'map-overlap', clause: 'virtio 1.2, 5.13.6.5.2' };

async function shown(view: RequirementsView, exercised: Exercised) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const onWant = vi.fn();
  const query = signal('');
  const props = {
    requirements: signal(view),
    exercised: signal(exercised),
    query,
    onSearch: (text: string) => {
      query.value = text;
    },
    onWant,
  };
  await act(() => render(<RulesPane {...props} />, root));
  const rows = (): readonly (string | null)[] =>
    [...root.querySelectorAll('tbody tr')].map(({ textContent }) => textContent);
  return { root, rows, onWant };
}

describe('the requirements', () => {
  it('are asked for, and told with their tests and how often they were the reason', async () => {
    const exercised = { refusals: [OVERLAP, OVERLAP], isComplete: true };
    const { root, rows, onWant } = await shown({ kind: 'ready', list: RULES }, exercised);
    expect(onWant).toHaveBeenCalledOnce();
    expect(root.querySelector('.rules-legend')?.textContent).toContain('driverbinds drivers');
    expect(rows()).toEqual([
      'A445.13.6.5.2SHOULDMAP over any byte that is mapped is refused.2 here1 test',
      'B14.2.2.1MUSTMagicValue is right.0 tests',
    ]);
    const [details] = root.querySelectorAll('details');
    await act(() => {
      if (details !== undefined) details.open = true;
      details?.dispatchEvent(new Event('toggle'));
    });
    expect(details?.textContent).toBe('1 testa test of overlaps');
  });

  it('are searched by any word', async () => {
    const exercised = { refusals: [], isComplete: true };
    const { root, rows } = await shown({ kind: 'ready', list: RULES }, exercised);
    const search = root.querySelector('input');
    await act(() => {
      if (search !== null) search.value = 'magic';
      search?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(rows()).toEqual([expect.stringContaining('B1')]);
    expect(root.querySelector('[role=status]')?.textContent).toBe('1 of 2');
  });

  it('can be asked for again when they could not be loaded', async () => {
    const { root, onWant } = await shown({ kind: 'failed' }, { refusals: [], isComplete: true });
    root.querySelector('button')?.click();
    expect(onWant).toHaveBeenCalledTimes(2);
  });
});
