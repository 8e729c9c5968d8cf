// Paints what layout laid out; knows colours and nothing else.

import { readColor } from '../canvas/css-colors.ts';
import type { Bar, BarLayout, RequestTone } from './layout.ts';

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

/** Colours as the canvas takes them. */
export interface BarColors {
  readonly text: string;
  readonly quiet: string;
  readonly ground: string;
  readonly stage: string;
  readonly otherStage: string;
  readonly reach: string;
  readonly reachLine: string;
  readonly all: string;
  readonly allLine: string;
  readonly requests: Readonly<Record<RequestTone, string>>;
  readonly devices: readonly string[];
  readonly fault: string;
  readonly live: string;
  readonly past: string;
  readonly range: string;
  readonly gone: string;
  readonly font: string;
}

export function readBarColors(): BarColors {
  const styles = getComputedStyle(document.documentElement);
  return {
    text: readColor('--text'),
    quiet: readColor('--text-quiet'),
    ground: readColor('--pane'),
    stage: readColor('--accent-soft'),
    otherStage: readColor('--hover'),
    reach: readColor('--translated-soft'),
    reachLine: readColor('--translated'),
    all: readColor('--bypass-soft'),
    allLine: readColor('--bypass'),
    requests: {
      map: readColor('--map-both'),
      unmap: readColor('--map-mapped'),
      other: readColor('--text-quiet'),
    },
    devices: DEVICE_COLORS.map(readColor),
    fault: readColor('--blocked'),
    live: readColor('--translated'),
    past: readColor('--past'),
    range: readColor('--selection'),
    gone: readColor('--line'),
    font: styles.getPropertyValue('--font-ui'),
  };
}

/** What lies over the lanes, in CSS pixels from the left; null where it is not. */
export interface Overlay {
  readonly live: number | null;
  readonly past: number | null;
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly hover: { readonly x: number; readonly text: string } | null;
  /** The colour of an endpoint. */
  readonly deviceColor: (endpoint: number) => string;
}

type Context = CanvasRenderingContext2D;

/** Draws one frame; the context's transform already scales CSS pixels to device pixels. */
export function paintBar(
  context: Context,
  layout: BarLayout,
  overlay: Overlay,
  colors: BarColors,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  context.clearRect(0, 0, width, height);
  if (overlay.range !== null) {
    context.fillStyle = colors.range;
    context.fillRect(overlay.range.from, 0, overlay.range.to - overlay.range.from, height);
  }
  paintStages(context, layout, colors);
  paintReach(context, layout, colors);
  for (const bar of layout.requests) fill(context, bar, colors.requests[bar.tone]);
  for (const bar of layout.dma) fill(context, bar, overlay.deviceColor(bar.endpoint));
  if (layout.gone > 0) {
    context.fillStyle = colors.gone;
    context.fillRect(0, 0, layout.gone, height);
  }
  for (const x of layout.faults) paintFault(context, x, layout.places.reach.top, height, colors);
  if (overlay.live !== null) line(context, overlay.live, height, colors.live, 2);
  if (overlay.past !== null) paintPast(context, overlay.past, height, colors);
  if (overlay.hover !== null) paintHover(context, overlay.hover, width, height, colors);
}

function fill(context: Context, { x, y, width, height }: Bar, color: string): void {
  context.fillStyle = color;
  context.fillRect(x, y, width, height);
}

function line(context: Context, x: number, height: number, color: string, size: number): void {
  context.fillStyle = color;
  context.fillRect(x - size / 2, 0, size, height);
}

function paintStages(
  context: Context,
  { stages, lines, places }: BarLayout,
  colors: BarColors,
): void {
  const { top, height } = places.stages;
  context.font = `11px ${colors.font}`;
  context.textBaseline = 'middle';
  for (const [index, { x, width, label }] of stages.entries()) {
    context.fillStyle = index % 2 === 0 ? colors.stage : colors.otherStage;
    context.fillRect(x, top, Math.max(1, width - 1), height);
    context.fillStyle = colors.text;
    if (label !== '') context.fillText(label, x + 4, top + height / 2);
  }
  context.fillStyle = colors.quiet;
  for (const x of lines) context.fillRect(x - 0.5, top + height - 2, 1, 2);
}

function paintReach(context: Context, { reach }: BarLayout, colors: BarColors): void {
  for (const each of reach) {
    const x = Math.round(each.x);
    const bar = { ...each, x, width: Math.max(1, Math.round(each.x + each.width) - x) };
    fill(context, bar, each.isAll ? colors.all : colors.reach);
    fill(context, { ...bar, height: 1.5 }, each.isAll ? colors.allLine : colors.reachLine);
  }
}

function paintFault(
  context: Context,
  x: number,
  top: number,
  height: number,
  { fault, ground }: BarColors,
): void {
  const [y, arm] = [top + 5, 3.5];
  line(context, x, height, fault, 1);
  context.fillStyle = ground;
  context.fillRect(x - arm - 1.5, y - arm - 1.5, 2 * arm + 3, 2 * arm + 3);
  context.strokeStyle = fault;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
}

function paintPast(context: Context, x: number, height: number, { past }: BarColors): void {
  line(context, x, height, past, 2);
  context.beginPath();
  context.moveTo(x - 6, 0);
  context.lineTo(x + 6, 0);
  context.lineTo(x, 8);
  context.fill();
}

function paintHover(
  context: Context,
  { x, text }: { readonly x: number; readonly text: string },
  width: number,
  height: number,
  { quiet, ground, text: color, font }: BarColors,
): void {
  line(context, x, height, quiet, 1);
  context.font = `11px ${font}`;
  const size = context.measureText(text).width + 8;
  const left = Math.min(width - size, x + 3);
  context.fillStyle = ground;
  context.fillRect(left, 0, size, 15);
  context.fillStyle = color;
  context.textBaseline = 'middle';
  context.fillText(text, left + 4, 7.5);
}
