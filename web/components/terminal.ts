// A terminal, xterm.js, in an element of the page. Large, and fetched beside the page.

import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { effect } from '@preact/signals';
import type { Emitter } from '../../src/base/emitter.ts';
import { terminalTheme } from '../canvas/terminal-theme.ts';
import { nextTask } from '../next-task.ts';
import { theme } from '../theme.ts';
import { FirstText } from './first-text.ts';
import { readsAloud } from './read-aloud.ts';

/** Bytes that are written at a time: xterm looks at the clock between two writes only, and goes on in another task. */
const PIECE_BYTES = 1 << 10;

/** What resets a terminal as if it had just been switched on (ECMA-48, RIS). */
const FULL_RESET = new TextEncoder().encode('\u001bc');
const SCROLLBACK_LINES = 5_000;
/** Letters as large as leaves 80 columns; on a phone as many columns as can be read. */
function fontSizeFor(widthPx: number): number {
  if (widthPx < 480) return 11;
  return widthPx < 700 ? 12 : 13;
}
const SCROLLBAR_PX = 10;

export interface TerminalPorts {
  /** Bytes that the console prints. */
  readonly output: Pick<Emitter<Uint8Array>, 'on'>;
  /** A machine starts from nothing: the old text is history. */
  readonly restarted: Pick<Emitter<void>, 'on'>;
  readonly onType: (text: string) => void;
  readonly onResize: (columns: number, rows: number) => void;
}

/**
 * Puts a terminal into an element and connects it, in three tasks, as each takes long; resolves with what takes it away again. An
 * element that has left the page meanwhile gets none.
 */
export async function openTerminal(
  host: HTMLElement,
  { output, restarted, onType, onResize }: TerminalPorts,
): Promise<() => void> {
  let painted = theme.peek();
  const terminal = new Terminal({
    // Given now: to change it means to measure all anew
    theme: terminalTheme(painted),
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
  await nextTask();
  if (!host.isConnected) {
    terminal.dispose();
    return () => undefined;
  }
  terminal.open(host);
  terminal.textarea?.setAttribute('aria-label', 'Serial console of the PC');
  // Tab stops at the frame and goes on from there; only Enter or a click leads into the terminal.
  if (terminal.textarea !== undefined) terminal.textarea.tabIndex = -1;

  await nextTask();

  // Only a person leaves the end: a change of size while text is written must not.
  let follows = true;
  const leave = (event: Event): void => {
    const isUp = !(event instanceof WheelEvent) || event.deltaY < 0;
    if (isUp) follows = false;
  };
  const follow = (): void => {
    if (follows) terminal.scrollToBottom();
  };
  const gestures = new AbortController();
  for (const gesture of ['wheel', 'pointerdown', 'touchmove', 'keydown'] as const) {
    host.addEventListener(gesture, leave, {
      passive: true,
      capture: true,
      signal: gestures.signal,
    });
  }
  const scrolled = terminal.onRender(() => {
    const { viewportY, baseY } = terminal.buffer.active;
    follows ||= viewportY >= baseY;
    if (isParsed) first.painted();
  });

  const resize = new ResizeObserver(() => {
    // Out of sight it stays as it is
    if (host.clientWidth === 0) return;
    terminal.options.fontSize = fontSizeFor(host.clientWidth);
    fit.fit();
    follow();
  });
  resize.observe(host);
  const stopTheme = effect(() => {
    if (theme.value === painted) return;
    painted = theme.value;
    terminal.options.theme = terminalTheme(painted);
  });
  const stopReading = effect(() => {
    terminal.options.screenReaderMode = readsAloud.value;
    follow();
  });
  const input = terminal.onData(onType);
  const resized = terminal.onResize(({ cols, rows }) => onResize(cols, rows));
  let isParsed = false;
  const taken = (): void => {
    isParsed = true;
    follow();
  };
  const first = new FirstText((bytes) => {
    isParsed = false;
    for (const piece of piecesOf(bytes)) terminal.write(piece, taken);
  });
  const stopConsole = output.on((bytes) => first.write(bytes));
  // In its turn: `terminal.reset` would leave what is still to be written to the next machine
  const stopRestarted = restarted.on(() => first.write(FULL_RESET));

  return () => {
    gestures.abort();
    resize.disconnect();
    stopTheme();
    stopReading();
    input.dispose();
    resized.dispose();
    scrolled.dispose();
    stopConsole();
    stopRestarted();
    first.dispose();
    terminal.dispose();
  };
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
