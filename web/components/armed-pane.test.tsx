// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import type { ArmedShot } from '../../src/worker/api/lab.ts';
import type { ArmedItem } from '../model/armed-item.ts';
import { FRESH_DRAFT, readDraft } from './armed-form.ts';
import { ArmedPane } from './armed-pane.tsx';
import { orderWords } from './armed-words.ts';

const ROGUE = 4098;

describe('what is filled in', () => {
  it.each([
    [{ address: 'x' }, 'address'],
    [{ address: '' }, 'address'],
    [{ count: '0' }, 'count'],
    [{ filter: ' ' }, 'filter'],
    [{ when: 'every', ms: '0.5' }, 'ms'],
    [{ when: 'every', times: '101' }, 'times'],
  ] as const)('is refused where it is wrong: %o', (changes, field) => {
    const read = readDraft({ ...FRESH_DRAFT, ...changes }, ROGUE);
    expect(read).toMatchObject({ isValid: false, field });
  });

  it('is an order, which needs no address where its condition has one', () => {
    expect(readDraft({ ...FRESH_DRAFT, when: 'in-flight', address: '' }, ROGUE)).toEqual({
      isValid: true,
      order: {
        request: { endpoint: ROGUE, access: 'write', length: 16, address: undefined },
        when: { kind: 'in-flight' },
        times: 1,
      },
    });
    const every = readDraft({ ...FRESH_DRAFT, when: 'every', ms: '5', times: '3' }, ROGUE);
    expect(every.isValid && orderWords(every.order, 'rogue')).toBe(
      'rogue writes 16 bytes at 0xdeadb000 every 5 ms, 3 times',
    );
  });
});

const SHOT: ArmedShot = {
  request: { endpoint: ROGUE, address: 0xdead_b000n, access: 'write', length: 16 },
  result: { outcome: 'blocked', reason: 2, address: 0xdead_b000n, mappedFlags: null },
  sequence: 7,
  timeMs: 1500,
  instructions: 1,
};

function itemOf(changes: Partial<ArmedItem>): ArmedItem {
  const read = readDraft(FRESH_DRAFT, ROGUE);
  if (!read.isValid) throw new Error(read.problem);
  return { id: 1, order: read.order, state: 'armed', problem: null, shots: [], ...changes };
}

async function shown(items: readonly ArmedItem[] = []) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const [onArm, onCancel, onShow, onClear] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  const problem = { from: 5, to: 7, message: 'Nothing follows.', expected: [] };
  const checkFilter = async (text: string) => (text === 'kind ==' ? problem : null);
  const endpoints = [{ id: ROGUE, name: 'rogue', description: '', location: '' }];
  const info = signal({
    endpoints,
    outside: [],
    memoryBytes: 1,
    iommu: 'translated' as const,
    plan: DEFAULT_PLAN,
  });
  const props = { info, noMachine: signal(null), items: signal(items), checkFilter };
  await act(async () =>
    render(<ArmedPane {...props} {...{ onArm, onCancel, onShow, onClear }} />, root),
  );
  const write = async (place: string, text: string): Promise<void> => {
    const field = root.querySelector<HTMLInputElement>(place);
    await act(async () => {
      if (field === null) return;
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  };
  const button = (name: string) =>
    [...root.querySelectorAll('button')].find(({ textContent }) => textContent?.includes(name));
  return { root, onArm, onCancel, onShow, onClear, write, button };
}

describe('the pane of armed accesses', () => {
  it('arms what is filled in, and marks what is wrong in a filter', async () => {
    const { root, onArm, write, button } = await shown();
    await write('.armed-filter', 'kind ==');
    expect(root.querySelector('.armed-problem')?.textContent).toContain('Nothing follows.');
    expect(root.querySelector('.armed-problem mark')?.textContent).toBe('==');
    expect(root.querySelector('.armed-filter')?.getAttribute('aria-invalid')).toBe('true');
    expect(button('Arm')?.disabled).toBe(true);
    await write('.armed-filter', 'kind == unmap');
    await act(async () => button('Arm')?.click());
    expect(onArm.mock.calls[0]?.[0]).toMatchObject({
      request: { endpoint: ROGUE, address: 0xdead_b000n },
      when: { kind: 'event', filter: 'kind == unmap', count: 1 },
    });
  });

  it('lists what is armed, and leads to what became of it', async () => {
    const made = itemOf({ id: 2, state: 'over', shots: [SHOT] });
    const { root, onCancel, onShow, onClear, button } = await shown([itemOf({}), made]);
    expect(root.querySelector('.armed-items')?.textContent).toContain(
      'rogue writes 16 bytes at 0xdeadb000 after the next event with kind == map',
    );
    await act(async () => button('Cancel')?.click());
    expect(onCancel).toHaveBeenCalledWith(1);
    await act(async () => button('Stopped')?.click());
    expect(onShow).toHaveBeenCalledWith(SHOT);
    await act(async () => button('Clear')?.click());
    expect(onClear).toHaveBeenCalledOnce();
  });
});
