// xterm.js on the guest's serial console.

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Emitter } from '../../src/base/emitter.ts';
import { terminalTheme } from '../canvas/terminal-theme.ts';
import { theme } from '../theme.ts';
import { readsAloud } from './read-aloud.ts';

const SCROLLBACK_LINES = 5_000;
/** Letters as large as leaves 80 columns; on a phone as many columns as can be read. */
function fontSizeFor(widthPx: number): number {
  if (widthPx < 480) return 11;
  return widthPx < 700 ? 12 : 13;
}
const SCROLLBAR_PX = 10;

export interface TerminalViewProps {
  /** Bytes that the console prints. */
  readonly output: Pick<Emitter<Uint8Array>, 'on'>;
  /** A machine starts from nothing: the old text is history. */
  readonly restarted: Pick<Emitter<void>, 'on'>;
  readonly onType: (text: string) => void;
  readonly onResize: (columns: number, rows: number) => void;
}

/** Puts a terminal into an element and connects it; returns what takes it away again. */
function openTerminal(
  host: HTMLElement,
  { output, restarted, onType, onResize }: TerminalViewProps,
): () => void {
  const terminal = new Terminal({
    fontFamily: getComputedStyle(host).getPropertyValue('--font-mono'),
    fontSize: fontSizeFor(host.clientWidth),
    lineHeight: 1.2,
    scrollback: SCROLLBACK_LINES,
    overviewRuler: { width: SCROLLBAR_PX },
    cursorBlink: false,
    minimumContrastRatio: 4.5,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  // The guest's shell asks where the cursor is; on a slow line the answer would end up in what the user typed.
  terminal.parser.registerCsiHandler({ final: 'n' }, () => true);
  // Tab belongs to the guest's shell; Shift+Tab stays with the page and leads back to the frame.
  terminal.attachCustomKeyEventHandler((event) => !(event.key === 'Tab' && event.shiftKey));
  terminal.open(host);
  terminal.textarea?.setAttribute('aria-label', 'Serial console of the PC');
  // Tab stops at the frame and goes on from there; only Enter or a click leads into the terminal.
  if (terminal.textarea !== undefined) terminal.textarea.tabIndex = -1;

  const resize = new ResizeObserver(() => {
    // Out of sight it stays as it is
    if (host.clientWidth === 0) return;
    terminal.options.fontSize = fontSizeFor(host.clientWidth);
    fit.fit();
  });
  resize.observe(host);
  const stopTheme = effect(() => {
    // Read here: the effect runs again when it changes.
    terminal.options.theme = terminalTheme(theme.value);
  });
  const stopReading = effect(() => {
    terminal.options.screenReaderMode = readsAloud.value;
  });
  const input = terminal.onData(onType);
  const resized = terminal.onResize(({ cols, rows }) => onResize(cols, rows));
  const stopConsole = output.on((bytes) => terminal.write(bytes));
  const stopRestarted = restarted.on(() => terminal.reset());

  return () => {
    resize.disconnect();
    stopTheme();
    stopReading();
    input.dispose();
    resized.dispose();
    stopConsole();
    stopRestarted();
    terminal.dispose();
  };
}

export function TerminalView(props: TerminalViewProps): JSX.Element {
  const { output, restarted, onType, onResize } = props;
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () =>
      host.current === null
        ? undefined
        : openTerminal(host.current, { output, restarted, onType, onResize }),
    [output, restarted, onType, onResize],
  );
  return (
    <div
      class="screen"
      role="group"
      aria-label="Terminal: Enter to type, Shift+Tab to leave"
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault();
        host.current?.querySelector('textarea')?.focus();
      }}
    >
      <div class="screen-host" ref={host} />
    </div>
  );
}
