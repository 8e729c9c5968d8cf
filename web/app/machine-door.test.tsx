// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeParameter } from '../../src/machine/plan/plan-parameter.ts';
import { TopBar } from '../components/top-bar.tsx';
import { requestOf } from '../session/address/machine-parts.ts';
import { PageAddress } from '../session/address/page-address.ts';
import { addSessionParts } from '../session/address/parts.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { doorPorts } from './door-ports.ts';
import { MachineDoor } from './machine-door.tsx';
import { paneProps } from './pane-props.ts';

afterEach(() => history.replaceState(null, '', '/'));

async function opened(search: string) {
  history.replaceState(null, '', `/${search}`);
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    asked: requestOf(new URLSearchParams(search)),
    now: () => performance.now(),
    onNextFrame: (callback) => requestAnimationFrame(callback),
  });
  await session.power.start();
  const address = new PageAddress(window);
  addSessionParts(address, session);
  const door = new MachineDoor(doorPorts(session, address));
  const { topBar } = paneProps(session, () => void door.open());
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  await act(() =>
    render(
      <>
        <TopBar {...topBar} />
        <door.View />
      </>,
      root,
    ),
  );
  const press = (name: string): Promise<void> =>
    act(() =>
      [...root.querySelectorAll('button')].findLast((each) => each.textContent === name)?.click(),
    );
  const dialog = (): HTMLDialogElement | null => root.querySelector('.machine-dialog');
  return { session, root, press, dialog };
}

describe('the way to another machine', () => {
  it('opens from the top bar, starts what was chosen, and leaves it in the address', async () => {
    const { session, root, press, dialog } = await opened('?at=12&sel=endpoint:3&range=1s..2s');
    expect(dialog()).toBeNull();
    await press('Machine…');
    await vi.waitFor(() => expect(dialog()?.open).toBe(true));
    const memory = root.querySelector<HTMLInputElement>('#machine-memoryMiB');
    await act(() => {
      if (memory !== null) memory.value = '96';
      memory?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await press('Start this machine');
    expect(dialog()).toBeNull();
    const { plan } = session.power.asked.value;
    expect(typeof plan === 'string' ? decodeParameter(plan, '') : plan).toBe('{"memoryMiB":96}');
    expect(session.moment.chosen.value).toBeNull();
    await vi.waitFor(() => {
      const parameters = new URLSearchParams(location.search);
      expect(['plan', 'at', 'range'].map((name) => parameters.get(name))).toEqual([
        plan,
        null,
        null,
      ]);
    });
  });

  it('closes without a change, and opens again', async () => {
    const { session, press, dialog } = await opened('');
    await press('Machine…');
    await vi.waitFor(() => expect(dialog()?.open).toBe(true));
    const { asked } = session.power;
    const before = asked.value;
    await press('Cancel');
    await vi.waitFor(() => expect(dialog()).toBeNull());
    await press('Machine…');
    await vi.waitFor(() => expect(dialog()?.open).toBe(true));
    expect(asked.value).toBe(before);
  });
});
