// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { ModeSelect } from './mode-select.tsx';

async function shown(isLazy = false) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const onStart = vi.fn();
  await act(() =>
    render(
      <ModeSelect mode={signal('translated')} isLazy={signal(isLazy)} onStart={onStart} />,
      root,
    ),
  );
  const press = (name: string): Promise<void> =>
    act(() =>
      [...root.querySelectorAll('button')].find((each) => each.textContent === name)?.click(),
    );
  const choose = (name: string): Promise<void> =>
    act(() => root.querySelector<HTMLInputElement>(`input[aria-label=${name}]`)?.click());
  const chosen = () => root.querySelector('input:checked')?.getAttribute('aria-label');
  return { root, onStart, press, choose, chosen };
}

describe('the choice of a mode', () => {
  it('reaches every mode, and restarts the PC only when it is applied', async () => {
    const { root, onStart, press, choose, chosen } = await shown();
    await press('IOMMU: Translated');
    expect(root.querySelector('dialog')?.open).toBe(true);
    await choose('Bypass');
    await choose('Off');
    expect(chosen()).toBe('Off');
    expect(onStart).not.toHaveBeenCalled();
    await press('Restart');
    expect(onStart.mock.calls).toEqual([['off']]);
    expect(root.querySelector('dialog')?.open).toBe(false);
  });

  it('says where Linux unmaps in batches, and where that is chosen', async () => {
    const { root, press } = await shown(true);
    await press('IOMMU: Lazy');
    expect(root.querySelector('dialog .quiet')?.textContent).toMatch(
      /^Translated, and Linux .*lazy/,
    );
  });

  it('is forgotten when it is cancelled, and the present mode needs no restart', async () => {
    const { root, onStart, press, choose, chosen } = await shown();
    await press('IOMMU: Translated');
    expect(root.querySelector<HTMLButtonElement>('[type=submit]')?.disabled).toBe(true);
    await choose('Off');
    expect(root.querySelector<HTMLButtonElement>('[type=submit]')?.disabled).toBe(false);
    await press('Cancel');
    await press('IOMMU: Translated');
    expect(chosen()).toBe('Translated');
    expect(onStart).not.toHaveBeenCalled();
  });
});
