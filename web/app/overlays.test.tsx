// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { Desk } from '../desk/desk.ts';
import { PageAddress } from '../session/address/page-address.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { Palette } from '../palette/palette.tsx';
import { makeOverlays, OverlayView, type OverlayPorts } from './overlays.tsx';
import { paneProps } from './pane-props.ts';
import { DESK_PLAN, PANES } from './pane-table.tsx';
import { chooseView } from './view-choice.ts';

function overlaysOf(status: MachineStatus, over: Partial<OverlayPorts> = {}) {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    now: () => 0,
    onNextFrame: () => undefined,
  });
  const desk = new Desk({
    panes: PANES,
    plan: () => DESK_PLAN,
    storage: null,
    onOpen: () => undefined,
    onFocus: () => undefined,
  });
  const choice = chooseView(new PageAddress(window));
  const made = paneProps(session);
  const panes = { ...made, topBar: { ...made.topBar, status: signal(status) } };
  return makeOverlays({ session, choice, desk, panes, onTell: () => undefined, ...over });
}

const root = document.createElement('div');
afterEach(() => render(null, root));

describe('what opens over the page', () => {
  it.each(['palette', 'keys'] as const)(
    'is missed in words when it can not be fetched: %s',
    async (what) => {
      const fail = vi.fn(() => Promise.reject(new Error('no network')));
      const overlays = overlaysOf('running', { loaders: { palette: fail, keys: fail } });
      await act(() => render(<OverlayView overlays={overlays} />, root));
      await act(() => void (overlays.open.value = what));
      await vi.waitUntil(() => root.querySelector('[role=alert]') !== null);
      expect(root.textContent).toContain(
        'could not be fetched. Check the connection, and try it again.',
      );
      await act(() => root.querySelector('button')?.click());
      expect(root.textContent).toBe('');
      await act(() => void (overlays.open.value = what));
      await vi.waitUntil(() => fail.mock.calls.length > 1);
    },
  );
});

describe('the palette', () => {
  it('has what was typed while it was fetched, and nothing else on the page has it', async () => {
    let fetched = (_palette: typeof Palette): void => undefined;
    const promise = new Promise<typeof Palette>((resolve) => {
      fetched = resolve;
    });
    const overlays = overlaysOf('running', {
      loaders: { palette: () => promise, keys: () => Promise.reject(new Error('not asked')) },
    });
    const heard = vi.fn();
    document.body.append(root);
    window.addEventListener('keydown', heard);
    await act(() => render(<OverlayView overlays={overlays} />, root));
    await act(() => void (overlays.open.value = 'palette'));
    const press = (key: string) =>
      root.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    for (const key of ['a', 't', 'x', 'Backspace']) press(key);
    await act(() => fetched(Palette));
    await vi.waitUntil(() => root.querySelector('input') !== null);
    expect(root.querySelector('input')?.value).toBe('at');
    expect(heard).not.toHaveBeenCalled();
    press('t');
    expect(heard).toHaveBeenCalledOnce();
    window.removeEventListener('keydown', heard);
    root.remove();
  });

  it('does not come when Escape was pressed meanwhile', async () => {
    const overlays = overlaysOf('running', {
      loaders: {
        palette: () => new Promise(() => undefined),
        keys: () => Promise.reject(new Error('not asked')),
      },
    });
    await act(() => render(<OverlayView overlays={overlays} />, root));
    await act(() => void (overlays.open.value = 'palette'));
    await act(() => void window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })));
    expect(overlays.open.value).toBeNull();
  });
});

describe('the commands', () => {
  it.each([
    ['running', true],
    ['trace', false],
  ] as const)('offer the story where a machine is: %s', (status, isOffered) => {
    const offered = overlaysOf(status).all();
    expect(offered.some(({ id }) => id === 'story')).toBe(isOffered);
  });
});
