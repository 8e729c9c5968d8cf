// The terminal's sixteen colours for each theme; background and text are the page's own.

import type { ITheme } from '@xterm/xterm';
import type { Theme } from '../theme.ts';
import { readColor } from './css-colors.ts';

const ANSI: Readonly<Record<Theme, ITheme>> = {
  light: {
    black: '#1c2421',
    red: '#b3261e',
    green: '#0d7a4f',
    yellow: '#8a5a00',
    blue: '#1f5fbf',
    magenta: '#8a3fa0',
    cyan: '#0b7285',
    white: '#5a6660',
    brightBlack: '#6b7771',
    brightRed: '#c93a31',
    brightGreen: '#0f8a5a',
    brightYellow: '#9a6700',
    brightBlue: '#2a70d6',
    brightMagenta: '#9c4fb3',
    brightCyan: '#0e8399',
    brightWhite: '#1c2421',
  },
  dark: {
    black: '#222b27',
    red: '#ff8a80',
    green: '#62d6a8',
    yellow: '#f0c060',
    blue: '#7ab3ff',
    magenta: '#d3a1ee',
    cyan: '#6fd3e3',
    white: '#d6dfda',
    brightBlack: '#83938b',
    brightRed: '#ffa9a1',
    brightGreen: '#85e6c0',
    brightYellow: '#ffd685',
    brightBlue: '#a0c8ff',
    brightMagenta: '#e3c0f5',
    brightCyan: '#98e4f0',
    brightWhite: '#f2f7f4',
  },
};

/** The terminal's colours on the page as it is painted now. */
export function terminalTheme(theme: Theme): ITheme {
  return {
    ...ANSI[theme],
    background: readColor('--terminal-background'),
    foreground: readColor('--terminal-text'),
    cursor: readColor('--accent'),
    cursorAccent: readColor('--terminal-background'),
    selectionBackground: readColor('--selection'),
    scrollbarSliderBackground: readColor('--terminal-slider'),
    scrollbarSliderHoverBackground: readColor('--line-strong'),
    scrollbarSliderActiveBackground: readColor('--line-strong'),
    overviewRulerBorder: readColor('--terminal-background'),
  };
}
