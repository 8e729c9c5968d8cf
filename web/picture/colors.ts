// Colours of the picture, as the style sheet has them for the current theme.

import { readColor } from '../canvas/css-colors.ts';

/** Devices have one of these, by their place among the machine's devices. */
const DEVICE_COLORS = [
  '--device-1',
  '--device-2',
  '--device-3',
  '--device-4',
  '--device-5',
  '--device-6',
  '--device-7',
] as const;

export interface PictureColors {
  readonly devices: readonly string[];
  readonly shared: string;
  readonly text: string;
  readonly quiet: string;
  readonly ground: string;
  readonly card: string;
  readonly line: string;
  readonly closed: string;
  readonly hatch: string;
  readonly free: string;
  readonly kernel: string;
  readonly bypass: string;
  readonly bypassSoft: string;
  readonly blocked: string;
  readonly focus: string;
  /** A CSS font family. */
  readonly font: string;
}

export function readPictureColors(): PictureColors {
  return {
    devices: DEVICE_COLORS.map(readColor),
    shared: readColor('--device-shared'),
    text: readColor('--text'),
    quiet: readColor('--text-quiet'),
    ground: readColor('--pane'),
    card: readColor('--raised'),
    line: readColor('--line-strong'),
    closed: readColor('--wall'),
    hatch: readColor('--wall-hatch'),
    free: readColor('--dot-free'),
    kernel: readColor('--dot-kernel'),
    bypass: readColor('--bypass'),
    bypassSoft: readColor('--bypass-band'),
    blocked: readColor('--blocked'),
    focus: readColor('--focus'),
    font: getComputedStyle(document.documentElement).getPropertyValue('--font-ui'),
  };
}

export function deviceColor(colors: PictureColors, index: number): string {
  return colors.devices[index % colors.devices.length] ?? colors.shared;
}
