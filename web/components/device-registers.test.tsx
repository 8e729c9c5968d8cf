// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { EDU_LIVENESS } from '../../src/endpoints/edu-registers.ts';
import { toIova } from '../../src/memory/address.ts';
import type { RegistersView } from '../model/registers-view.ts';
import { ConfigRegisters, WindowRegisters } from './device-registers.tsx';

const EDU = 40;
const there: RegistersView = {
  kind: 'there',
  endpoint: EDU,
  registers: {
    config: new Uint8Array(256),
    window: {
      words: [
        { offset: EDU_LIVENESS, value: 0xffff_fffe },
        { offset: 0x80, value: 0x10_0000 },
        { offset: 0x98, value: 1 },
      ],
      buffer: new Uint8Array(64),
    },
  },
};

async function shown(view: RegistersView) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const registers = signal(view);
  const [onWatch, onStop, onSelect] = [vi.fn(), vi.fn(), vi.fn()];
  onWatch.mockReturnValue(onStop);
  const props = { endpoint: EDU, domain: 4, registers, onWatch, onSelect };
  await act(() => {
    render(
      <>
        <WindowRegisters {...props} />
        <ConfigRegisters {...props} />
      </>,
      root,
    );
  });
  return { root, registers, onWatch, onStop, onSelect };
}

describe('the registers of a device', () => {
  it('are watched while they are shown, and lead to the address of a transfer', async () => {
    const { root, onWatch, onStop, onSelect } = await shown(there);
    expect(onWatch.mock.calls).toEqual([[EDU]]);
    expect(root.textContent).toContain('PCI configuration space');
    const table = root.querySelector('table[aria-label="Registers of edu"]');
    expect(table?.textContent).toContain('0xfffffffe');
    await act(() => table?.querySelector('button')?.click());
    expect(onSelect.mock.calls).toEqual([[{ kind: 'iova', domain: 4, iova: toIova(0x10_0000n) }]]);
    await act(() => render(null, root));
    expect(onStop).toHaveBeenCalledOnce();
  });

  it('of a moment that has passed are said not to be known', async () => {
    const { root, registers } = await shown(there);
    await act(() => {
      registers.value = { kind: 'past', endpoint: EDU };
    });
    expect(root.querySelector('table')).toBeNull();
    expect(root.textContent).toContain('Take the whole machine there');
  });

  it('of what is no PCI function are none', async () => {
    const { root } = await shown({ kind: 'none', endpoint: EDU });
    expect(root.textContent).toBe('');
  });
});
