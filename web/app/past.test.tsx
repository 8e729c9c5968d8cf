// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PausedNote } from '../components/paused-note.tsx';
import { TopBar } from '../components/top-bar.tsx';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { paneProps } from './pane-props.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

async function startedSession(): Promise<MachineSession> {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  return session;
}

async function run(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function press(root: HTMLElement, name: string): void {
  const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
  if (found === undefined) throw new Error(`no button ${name}`);
  found.click();
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('a PC that was taken to its past', () => {
  it('is said to be there, and can go on from there or return', async () => {
    const session = await startedSession();
    await run(5000);
    const { topBar, console } = paneProps(session);
    const root = document.createElement('div');
    document.body.replaceChildren(root);
    render(
      <>
        <TopBar {...topBar} />
        <PausedNote {...console} />
      </>,
      root,
    );
    const goTo = async (): Promise<void> => {
      await session.asking.ask('goTo', [3]);
      await run(100);
    };
    const word = (): string => root.querySelector('.status-word')?.textContent ?? '';
    let left = 0;
    session.past.left.on(() => (left += 1));
    await goTo();
    expect(word()).toMatch(/^Event #3 of \d+, in the past$/);
    // What was done to it last is not so there
    expect(left).toBe(1);
    press(root, 'Return to the latest event');
    await run(100);
    expect(word()).toBe('Paused');
    await goTo();
    press(root, 'Go on from here');
    await run(100);
    expect(word()).toBe('Running');
  });

  it('shows the console of that moment, and nothing of later', async () => {
    const session = await startedSession();
    const decoder = new TextDecoder();
    let text = '';
    session.console.output.on((bytes) => {
      text += decoder.decode(bytes);
    });
    session.console.restarted.on(() => {
      text = '';
    });
    await run(5000);
    expect(text).toContain('Welcome.');
    await session.asking.ask('goTo', [3]);
    await run(100);
    expect(text).toBe('the past');
  });

  it('passes on what is typed while it is about to go on', async () => {
    const session = await startedSession();
    await run(5000);
    await session.power.pause();
    await run(100);
    await session.power.resume();
    await session.console.type('echo\r');
    await run(100);
    expect(session.console.queuedInput.value).toBe('');
  });
});
