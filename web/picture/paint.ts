// Paints what was laid out; knows colours and letters, and decides nothing.

import type { Brush } from './brush.ts';
import { deviceColor } from './colors.ts';
import type { FaultMark } from './fault-marks.ts';
import type { LaneBox, PictureLayout } from './layout.ts';
import type { Box } from './memory.ts';
import { laneColor, paintMemory } from './paint-memory.ts';
import type { Lane, Scene } from './scene.ts';
import { deviceNote, gateName, gateShortWords, gateWords } from './words.ts';

export interface PictureState {
  readonly scene: Scene;
  readonly layout: PictureLayout;
  readonly marks: readonly FaultMark[];
  /** Index of the lane that a person has chosen; null for none. */
  readonly chosen: number | null;
  /** The endpoint whose button in the table has the keyboard; null for none. */
  readonly focused: number | null;
}

function paintCards(brush: Brush, { scene, focused }: PictureState, box: LaneBox): void {
  const { context, colors, scale } = brush;
  const lane = scene.lanes[box.at];
  for (const [at, card] of box.cards.entries()) {
    const device = lane?.devices[at];
    if (lane === undefined || device === undefined) continue;
    const color = deviceColor(colors, device.index);
    brush.roundBox(card, 6);
    context.fillStyle = colors.card;
    context.fill();
    context.strokeStyle = device.id === focused ? colors.focus : colors.line;
    context.lineWidth = (device.id === focused ? 2.5 : 1) * scale;
    context.globalAlpha = device.id === focused ? 1 : 0.6;
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.fillRect(card.x, card.y + 1, 4 * scale, card.height - 2);
    const isLast = at === box.cards.length - 1 && box.more > 0;
    const name = isLast ? `${device.name} and ${box.more} more` : device.name;
    const note = deviceNote(device.name);
    const hasNote = note !== '' && card.height >= 36 * scale;
    const text = { ...card, x: card.x + 13 * scale, width: card.width - 19 * scale };
    const line = { ...text, height: 16 * scale };
    const top = card.y + (card.height - (hasNote ? 34 : 16) * scale) / 2;
    brush.text(name, { ...line, y: top }, { size: 13, color: colors.text, isBold: true });
    if (!hasNote) continue;
    brush.text(note, { ...line, y: top + 18 * scale }, { size: 12, color: colors.quiet });
  }
}

/** In a narrow picture the devices' names stand above their wall. */
function paintNames(brush: Brush, { scene, focused }: PictureState, box: LaneBox): void {
  const { context, colors, scale } = brush;
  const lane = scene.lanes[box.at];
  const [card] = box.cards;
  if (lane === undefined || card === undefined) return;
  const isFocused = lane.devices.some(({ id }) => id === focused);
  context.fillStyle = deviceColor(colors, lane.devices[0]?.index ?? 0);
  context.fillRect(card.x, card.y + 3 * scale, 4 * scale, card.height - 6 * scale);
  const names = lane.devices.map(({ name }) => name).join(', ');
  const line = { ...card, x: card.x + 9 * scale, width: card.width - 9 * scale };
  const width = brush.text(names, line, { size: 13, color: colors.text, isBold: true });
  if (!isFocused) return;
  brush.roundBox({ ...card, width: width + 14 * scale }, 4);
  context.strokeStyle = colors.focus;
  context.lineWidth = 2.5 * scale;
  context.stroke();
}

function paintWires(brush: Brush, { scene, layout }: PictureState, box: LaneBox): void {
  if (layout.isNarrow) return;
  const { context, colors, scale } = brush;
  const lane = scene.lanes[box.at];
  for (const [at, card] of box.cards.entries()) {
    context.strokeStyle = deviceColor(colors, lane?.devices[at]?.index ?? 0);
    context.lineWidth = 2 * scale;
    context.beginPath();
    const from = { x: card.x + card.width, y: card.y + card.height / 2 };
    brush.curve(from, { x: box.bar.x, y: box.bar.y + box.bar.height / 2 });
    context.stroke();
  }
}

function paintWall(brush: Brush, { layout }: PictureState, box: LaneBox, color: string): void {
  const { context, colors } = brush;
  const { bar, wall } = box;
  context.save();
  brush.roundBox(bar, 4);
  context.clip();
  context.fillStyle = colors.closed;
  context.fillRect(bar.x, bar.y, bar.width, bar.height);
  brush.hatch(bar, colors.hatch, 7, 2);
  const [first] = wall.stretches;
  for (const { x, width } of wall.stretches) {
    context.fillStyle = colors.ground;
    context.globalAlpha = 0.75;
    context.fillRect(x, bar.y, width, bar.height);
    context.globalAlpha = 1;
    brush.hatch({ ...bar, x, width }, colors.hatch, 7, 1);
  }
  context.fillStyle = color;
  for (const { x, width, share } of wall.openings) {
    context.globalAlpha = 0.3 + 0.7 * share;
    context.fillRect(x, bar.y, width, bar.height);
  }
  context.globalAlpha = 1;
  context.restore();
  brush.roundBox(bar, 4);
  context.strokeStyle = colors.line;
  context.globalAlpha = 0.7;
  context.lineWidth = 1;
  context.stroke();
  context.globalAlpha = 1;
  if (first === undefined || box.targets.length === 0) return;
  paintRoutes(brush, box, color, layout);
}

/** From below the openings to the lines of dots that they lead to. */
function paintRoutes(brush: Brush, box: LaneBox, color: string, layout: PictureLayout): void {
  const { context, scale } = brush;
  const { bar, wall, busY, targets, tickX } = box;
  const right = bar.x + bar.width;
  context.strokeStyle = color;
  context.lineWidth = 1.5 * scale;
  context.beginPath();
  const [first] = wall.stretches;
  context.moveTo(first === undefined ? right : first.x + first.width / 2, busY);
  context.lineTo(right, busY);
  for (const { top, bottom } of targets) {
    brush.curve({ x: right, y: busY }, { x: tickX, y: (top + bottom) / 2 });
  }
  context.stroke();
  context.fillStyle = color;
  for (const { x, width } of wall.stretches) {
    context.fillRect(
      x + width / 2 - scale,
      bar.y + bar.height,
      2 * scale,
      busY - bar.y - bar.height,
    );
  }
  for (const { top, bottom } of targets) {
    context.fillRect(
      tickX - scale,
      top,
      2 * scale,
      Math.max(layout.memory.grid.pitch, bottom - top),
    );
  }
}

/** No wall: a broad band from the device to all of memory. */
function paintOpen(brush: Brush, box: LaneBox): void {
  const { context, colors, scale } = brush;
  const { from, to } = box.band;
  const half = Math.min(9 * scale, box.bar.height / 2);
  const bend = (from.x + to.x) / 2;
  context.save();
  context.beginPath();
  context.moveTo(from.x, from.y - half);
  context.bezierCurveTo(bend, from.y - half, bend, to.y - half, to.x, to.y - half);
  context.lineTo(to.x, to.y + half);
  context.bezierCurveTo(bend, to.y + half, bend, from.y + half, from.x, from.y + half);
  context.closePath();
  context.fillStyle = colors.bypassSoft;
  context.fill();
  context.clip();
  const top = Math.min(from.y, to.y) - half;
  const height = Math.abs(to.y - from.y) + 2 * half;
  brush.hatch({ x: from.x, y: top, width: to.x - from.x, height }, colors.bypass, 9, 1);
  context.restore();
}

/** Over the lines of other lanes, which cross the way to memory. */
function paintOpenCaption(
  brush: Brush,
  { layout, scene }: PictureState,
  box: LaneBox,
  lane: Lane,
): void {
  const { colors } = brush;
  const { to } = box.band;
  const name = gateName(lane, scene);
  const words = layout.isNarrow ? name : `${name}, ${gateWords(lane)}`;
  const caption = { ...box.caption, width: layout.isNarrow ? box.bar.width : to.x - box.caption.x };
  const size = layout.isNarrow ? 11 : 12;
  brush.text(words, caption, { size, color: colors.bypass, isBold: true, halo: colors.ground });
}

function paintCaption(
  brush: Brush,
  { scene, layout }: PictureState,
  box: LaneBox,
  lane: Lane,
): void {
  const { colors } = brush;
  const name = gateName(lane, scene);
  const words = gateWords(lane);
  const style = { size: layout.isNarrow ? 11 : 12, color: colors.quiet };
  if (layout.isNarrow) {
    brush.text(`${name}: ${gateShortWords(lane)}`, box.caption, style);
    return;
  }
  const wide = brush.text(name, box.caption, style);
  const rest = { ...box.caption, x: box.caption.x + wide + 8, width: box.caption.width - wide - 8 };
  brush.text(words, rest, { ...style, align: 'right' });
}

function paintLane(brush: Brush, state: PictureState, box: LaneBox): void {
  const { scene, layout, chosen } = state;
  const lane = scene.lanes[box.at];
  if (lane === undefined) return;
  const { context } = brush;
  context.globalAlpha = 1;
  if (lane.gate === 'open') {
    paintOpen(brush, box);
  } else {
    paintWires(brush, state, box);
    paintWall(brush, state, box, laneColor(brush, scene, box.at));
    paintCaption(brush, state, box, lane);
  }
  if (layout.isNarrow) paintNames(brush, state, box);
  else paintCards(brush, state, box);
  if (chosen === box.at) paintChosen(brush, box, state);
}

function paintChosen(brush: Brush, { bar, cards }: LaneBox, { layout }: PictureState): void {
  const { context, colors, scale } = brush;
  context.strokeStyle = colors.text;
  context.lineWidth = 2 * scale;
  const boxes: readonly Box[] = layout.isNarrow ? [bar] : [bar, ...cards];
  for (const box of boxes) {
    brush.roundBox(box, 5);
    context.stroke();
  }
}

function paintMarks(brush: Brush, { marks }: PictureState): void {
  const { colors, scale } = brush;
  for (const { box, text } of marks) {
    const middle = box.y + box.height / 2;
    const x = box.x + 9 * scale;
    brush.cross({ x, y: middle }, 12, colors.ground);
    brush.cross({ x, y: middle }, 10, colors.blocked);
    const line = { ...box, x: x + 11 * scale, width: box.width - 20 * scale };
    brush.text(text, line, {
      size: 12,
      color: colors.blocked,
      isBold: true,
      halo: colors.ground,
    });
  }
}

function wallsHead({ facts, lanes }: Scene): string {
  if (!facts.hasIommu) return 'No IOMMU';
  return lanes.every(({ gate }) => gate === 'open')
    ? 'IOMMU: everything passes'
    : 'IOMMU: a wall for each domain';
}

/** All that does not move. The context's transform already scales CSS pixels to device pixels. */
export function paintPicture(brush: Brush, state: PictureState): void {
  const { context, colors, scale } = brush;
  const { layout, scene, chosen } = state;
  const { viewport, heads, hidden } = layout;
  context.clearRect(0, 0, viewport.width, viewport.height);
  const quiet = { size: 12, color: colors.quiet };
  if (layout.isNarrow) brush.text('Devices, walls', heads.devices, quiet);
  else {
    brush.text('Devices', heads.devices, quiet);
    brush.text(wallsHead(scene), heads.walls, quiet);
  }
  paintMemory(brush, scene, layout, chosen);
  for (const box of layout.lanes) paintLane(brush, state, box);
  for (const box of layout.lanes) {
    const lane = scene.lanes[box.at];
    if (lane?.gate === 'open') paintOpenCaption(brush, state, box, lane);
  }
  paintMarks(brush, state);
  const last = layout.lanes.at(-1);
  if (hidden === 0 || last === undefined) return;
  const y = last.slot.y + last.slot.height;
  const line = { ...last.slot, y, height: 15 * scale };
  brush.text(`and ${hidden} more: see the table`, line, quiet);
}
