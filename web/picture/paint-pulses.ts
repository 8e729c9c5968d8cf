// Paints what moves: pulses on their way, and the burst of one that was stopped.

import type { Brush } from './brush.ts';
import type { PictureLayout, Point } from './layout.ts';
import type { PulseWay } from './lone-pulses.ts';
import { laneColor } from './paint-memory.ts';
import { alongPath, HIT_AT, pathOf, type MovingPulse, type Pulse } from './pulses.ts';
import type { Scene } from './scene.ts';

/** What pulses move over. */
export interface PulseGround {
  readonly scene: Scene;
  readonly layout: PictureLayout;
}

/** Where a pulse was painted: all of it lies in a square around the point. */
export interface PulseSpot extends Point {
  readonly reach: number;
}

const DOT_RADIUS = 4.5;
const DOT_EDGE = 1.5;
const DOT_REACH = DOT_RADIUS + DOT_EDGE;
const BURST_REACH = 24;

function colorOf(brush: Brush, scene: Scene, { endpoint }: Pulse): string {
  const lane = scene.lanes.findIndex(({ devices }) => devices.some(({ id }) => id === endpoint));
  return laneColor(brush, scene, lane);
}

/** The way of a pulse that passes, for a browser that moves it itself; null when its device is not in the picture. */
export function pulseWay(
  brush: Brush,
  { scene, layout }: PulseGround,
  pulse: Pulse,
): PulseWay | null {
  const path = pathOf(layout, scene, pulse);
  if (path === null) return null;
  const { colors, scale } = brush;
  return {
    path,
    // A line has a half of its width on each side
    radius: (DOT_RADIUS + DOT_EDGE / 2) * scale,
    edgeWidth: DOT_EDGE * scale,
    color: colorOf(brush, scene, pulse),
    edge: colors.ground,
  };
}

/** What moves, over what does not. Returns where, in CSS pixels. */
export function paintPulses(
  brush: Brush,
  { scene, layout }: PulseGround,
  pulses: readonly (readonly [Pulse, MovingPulse])[],
): readonly PulseSpot[] {
  const { context, colors, scale } = brush;
  const spots: PulseSpot[] = [];
  for (const [pulse, { progress, isStopped }] of pulses) {
    const path = pathOf(layout, scene, pulse);
    if (path === null) continue;
    if (isStopped && progress > HIT_AT) {
      const place = path.at(-1) ?? { x: 0, y: 0 };
      paintBurst(brush, place, (progress - HIT_AT) / (1 - HIT_AT));
      spots.push({ ...place, reach: BURST_REACH * scale });
      continue;
    }
    const share = isStopped ? progress / HIT_AT : progress;
    const { x, y } = alongPath(path, share);
    context.beginPath();
    context.arc(x, y, DOT_RADIUS * scale, 0, 2 * Math.PI);
    context.fillStyle = isStopped ? colors.blocked : colorOf(brush, scene, pulse);
    context.fill();
    context.strokeStyle = colors.ground;
    context.lineWidth = DOT_EDGE * scale;
    context.stroke();
    spots.push({ x, y, reach: DOT_REACH * scale });
  }
  return spots;
}

const RAYS = 10;

function paintBurst(brush: Brush, { x, y }: { x: number; y: number }, progress: number): void {
  const { context, colors, scale } = brush;
  context.strokeStyle = colors.blocked;
  context.lineWidth = 2 * scale;
  context.globalAlpha = 1 - progress;
  const [inner, outer] = [(4 + 8 * progress) * scale, (8 + 14 * progress) * scale];
  context.beginPath();
  for (let ray = 0; ray < RAYS; ray += 1) {
    const angle = (2 * Math.PI * ray) / RAYS;
    context.moveTo(x + inner * Math.cos(angle), y + inner * Math.sin(angle));
    context.lineTo(x + outer * Math.cos(angle), y + outer * Math.sin(angle));
  }
  context.stroke();
  context.globalAlpha = 1;
}
