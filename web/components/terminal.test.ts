// @vitest-environment happy-dom
import { Terminal } from '@xterm/xterm';
import { expect, it, vi } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import { openTerminal } from './terminal.ts';

it('shows nothing of the machine before, also of what is still to be written', async () => {
  const output = new Emitter<Uint8Array>();
  const restarted = new Emitter<void>();
  const opened: Terminal[] = [];
  const open = vi.spyOn(Terminal.prototype, 'open').mockImplementation(function (this: Terminal) {
    opened.push(this);
  });
  const host = document.createElement('div');
  document.body.append(host);
  const close = await openTerminal(host, {
    output,
    restarted,
    onType: () => undefined,
    onResize: () => undefined,
  });
  const [terminal] = opened;
  const say = (text: string): void => output.emit(new TextEncoder().encode(text));

  say('of the one before');
  restarted.emit();
  say('of this one');
  const line = (): string => terminal?.buffer.active.getLine(0)?.translateToString(true) ?? '';
  await new Promise<void>((resolve) => {
    terminal?.onWriteParsed(() => {
      if (line().endsWith('of this one')) resolve();
    });
  });

  expect(line()).toBe('of this one');
  close();
  host.remove();
  open.mockRestore();
});
