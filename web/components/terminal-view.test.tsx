// @vitest-environment happy-dom

import { render } from 'preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import { nextTask } from '../next-task.ts';
import { TerminalView, type TerminalViewProps } from './terminal-view.tsx';

const terminal = vi.hoisted(() => ({
  opened: [] as HTMLElement[],
  closed: 0,
  /** It is there when this resolves. */
  made: Promise.resolve(),
}));

vi.mock('./terminal.ts', () => ({
  openTerminal: async (host: HTMLElement) => {
    terminal.opened.push(host);
    await terminal.made;
    return () => {
      terminal.closed += 1;
    };
  },
}));

const props: TerminalViewProps = {
  output: new Emitter<Uint8Array>(),
  restarted: new Emitter<void>(),
  onType: () => undefined,
  onResize: () => undefined,
};

afterEach(() => {
  render(null, document.body);
  terminal.opened = [];
  terminal.closed = 0;
  terminal.made = Promise.resolve();
});

async function tasks(count: number): Promise<void> {
  for (let task = 0; task < count; task += 1) await nextTask();
}

describe('TerminalView', () => {
  it('opens the terminal behind the task that put the page together, and once', async () => {
    render(<TerminalView {...props} />, document.body);
    await Promise.resolve();
    expect(terminal.opened).toEqual([]);
    await vi.waitUntil(() => terminal.opened.length > 0);
    render(<TerminalView {...props} />, document.body);
    await tasks(3);
    expect(terminal.opened).toEqual([document.querySelector('.screen-host')]);
    render(null, document.body);
    expect(terminal.closed).toBe(1);
  });

  it('closes one that is there only after it is gone', async () => {
    let make = (): void => undefined;
    terminal.made = new Promise((resolve) => {
      make = resolve;
    });
    render(<TerminalView {...props} />, document.body);
    await vi.waitUntil(() => terminal.opened.length > 0);
    render(null, document.body);
    await tasks(3);
    expect(terminal.closed).toBe(0);
    make();
    await tasks(3);
    expect(terminal.closed).toBe(1);
  });

  it('opens none that is gone by then', async () => {
    render(<TerminalView {...props} />, document.body);
    render(null, document.body);
    await tasks(20);
    expect([terminal.opened, terminal.closed]).toEqual([[], 0]);
  });
});
