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

describe('the commands', () => {
  it.each([
    ['running', true],
    ['trace', false],
  ] as const)('offer the story where a machine is: %s', (status, isOffered) => {
    const offered = overlaysOf(status).all();
    expect(offered.some(({ id }) => id === 'story')).toBe(isOffered);
  });
});
