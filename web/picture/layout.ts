// Layout of the picture: devices at the left, a wall for each domain, memory at the right. Pure; CSS pixels. In a narrow
// picture a device stands above its wall.

import { EMPTY_FOLD, extendFold, type Fold } from './fold.ts';
import { layoutMemory, memoryFold, placeOfPage, type Box, type Memory } from './memory.ts';
import { PAGE_BYTES, type Run } from './runs.ts';
import type { Lane, Scene } from './scene.ts';
import { layoutWall, WALL_RULES, type Wall } from './wall.ts';

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The stretches that axes show; they only grow, until the machine is another one. */
export interface Folds {
  readonly memory: Fold;
  /** By the key of the lane. */
  readonly walls: ReadonlyMap<string, Fold>;
}

export const NO_FOLDS: Folds = { memory: EMPTY_FOLD, walls: new Map() };

/** Where a lane's lines end: the lines of dots from one place to another, seen from the left. */
export interface Target {
  readonly top: number;
  readonly bottom: number;
}

export interface LaneBox {
  /** Index of the lane. */
  readonly at: number;
  readonly slot: Box;
  /** One for each device that is shown. */
  readonly cards: readonly Box[];
  /** Devices that there is no room for. */
  readonly more: number;
  readonly bar: Box;
  readonly wall: Wall;
  /** The text above the bar, or below it in a narrow picture: its box. */
  readonly caption: Box;
  /** Where a device that nothing stops gets to memory: the middle of a broad band. */
  readonly band: { readonly from: Point; readonly to: Point };
  /** Below the bar, where what came through an opening goes on to memory. */
  readonly busY: number;
  /** Its own column at memory's left edge. */
  readonly tickX: number;
  readonly targets: readonly Target[];
}

export interface PictureLayout {
  readonly viewport: Viewport;
  readonly isNarrow: boolean;
  /** Sizes of letters and lines are multiplied with it: large screens are far away. */
  readonly scale: number;
  readonly folds: Folds;
  readonly lanes: readonly LaneBox[];
  /** Lanes that there is no room for. */
  readonly hidden: number;
  readonly memory: Memory;
  /** Heads of the three columns. */
  readonly heads: { readonly devices: Box; readonly walls: Box; readonly memory: Box };
  /** The line below memory. */
  readonly foot: Box;
}

const NARROW_BELOW = 600;
const MOST_CARDS = 3;
const MOST_TARGETS = 4;
const TICK = 3;
/** Columns of ticks; further lanes share the last one. */
const MOST_TICKS = 8;

/** Measures before they are scaled, of a wide and of a narrow picture. */
interface Measures {
  readonly head: number;
  readonly foot: number;
  readonly slot: { readonly least: number; readonly most: number };
  readonly gap: number;
  readonly memoryShare: number;
  /** Before the strip: for the name of what lies there. */
  readonly stripGap: number;
}

const WIDE: Measures = {
  head: 26,
  foot: 36,
  slot: { least: 40, most: 92 },
  gap: 56,
  memoryShare: 0.33,
  stripGap: 46,
};
const NARROW: Measures = {
  head: 22,
  foot: 36,
  slot: { least: 56, most: 74 },
  gap: 26,
  memoryShare: 0.36,
  stripGap: 12,
};

export function scaleOf({ width, height }: Viewport): number {
  return Math.max(1, Math.min(2, width / 1000, height / 620));
}

/** Folds that also show a scene. */
function foldsFor(scene: Scene, before: Folds): Folds {
  const memory = memoryFold(before.memory, scene);
  const walls = scene.lanes.map(({ key, iova }): [string, Fold] => [
    key,
    extendFold(before.walls.get(key) ?? EMPTY_FOLD, iova, WALL_RULES),
  ]);
  return { memory, walls: new Map(walls) };
}

/** Heights that lanes are given by the number of their devices; those that do not fit are left out. */
function slotsFor(
  lanes: readonly Lane[],
  box: Box,
  { least, most }: Measures['slot'],
  isNarrow: boolean,
): readonly Box[] {
  const units = lanes.map(({ devices }) => (isNarrow ? 1 : Math.min(MOST_CARDS, devices.length)));
  let shown = 0;
  let sum = 0;
  for (const unit of units) {
    if (shown > 0 && (sum + unit) * least > box.height) break;
    sum += unit;
    shown += 1;
  }
  const height = Math.min(most, box.height / Math.max(1, sum));
  let y = box.y;
  return units.slice(0, shown).map((unit) => {
    const slot = { ...box, y, height: unit * height };
    y += slot.height;
    return slot;
  });
}

/** What a picture of that size has room for, and where. */
class Frame {
  readonly viewport: Viewport;
  readonly isNarrow: boolean;
  readonly scale: number;
  readonly measures: Measures;

  constructor(viewport: Viewport) {
    this.viewport = viewport;
    this.isNarrow = viewport.width < NARROW_BELOW;
    this.scale = scaleOf(viewport);
    this.measures = this.isNarrow ? NARROW : WIDE;
  }

  get #ticks(): number {
    return TICK * MOST_TICKS * this.scale;
  }

  get memory(): Box {
    const { width, height } = this.viewport;
    const { head, foot, memoryShare } = this.measures;
    const own = Math.max(56, Math.round(width * memoryShare));
    const top = head * this.scale;
    const free = height - top - foot * this.scale;
    return { x: width - own, y: top, width: own, height: Math.max(24, free) };
  }

  /** Between the left edge and the lines to memory. */
  get lanes(): Box {
    const { x, y, height } = this.memory;
    return { x: 0, y, width: Math.max(40, x - this.#gap), height };
  }

  get #gap(): number {
    return this.measures.gap * this.scale + this.#ticks;
  }

  tickX(at: number): number {
    return this.memory.x - this.#ticks - 2 + Math.min(at, MOST_TICKS - 1) * TICK * this.scale;
  }

  /** Width of a card, and of what is between it and the wall. */
  get card(): { readonly width: number; readonly wire: number } {
    if (this.isNarrow) return { width: this.lanes.width, wire: 0 };
    const width = Math.min(190 * this.scale, this.lanes.width * 0.37);
    return { width, wire: Math.min(44 * this.scale, this.lanes.width * 0.09) };
  }
}

function layoutCards(lane: Lane, slot: Box, frame: Frame): readonly Box[] {
  const { scale, isNarrow, card } = frame;
  if (isNarrow) return [{ ...slot, width: card.width, height: 17 * scale }];
  const count = Math.min(MOST_CARDS, lane.devices.length);
  const each = slot.height / count;
  const height = Math.min(58 * scale, each - 8 * scale);
  return Array.from({ length: count }, (_unused, at) => ({
    x: slot.x,
    y: slot.y + at * each + (each - height) / 2,
    width: card.width,
    height,
  }));
}

function layoutBar(slot: Box, frame: Frame): { readonly bar: Box; readonly caption: Box } {
  const { scale, isNarrow, card } = frame;
  const text = 15 * scale;
  if (isNarrow) {
    const height = Math.min(20 * scale, slot.height - 41 * scale);
    const bar = { ...slot, y: slot.y + 18 * scale, height };
    return { bar, caption: { ...bar, y: bar.y + height + 6 * scale, height: text } };
  }
  const x = slot.x + card.width + card.wire;
  const width = slot.x + slot.width - x;
  const height = Math.min(38 * scale, slot.height - text - 12 * scale);
  const y = slot.y + (slot.height - height) / 2 + text / 2 - 2 * scale;
  return { bar: { x, y, width, height }, caption: { x, y: y - text - scale, width, height: text } };
}

/** Lines of dots that a lane reaches, those near each other together. */
function targetsOf(lane: Lane, { grid }: Memory, scale: number): readonly Target[] {
  const tops: Run[] = [];
  const first = grid.blocks[0];
  for (const run of lane.pages) {
    const [from, to] = [placeOfPage(grid, run.first), placeOfPage(grid, run.last)];
    if (from === null || to === null || first === undefined) continue;
    tops.push({ first: Math.floor(from.y - grid.pitch / 2), last: Math.ceil(to.y) });
  }
  const rules = { most: MOST_TARGETS, gap: 16 * scale, align: 1 };
  return extendFold(EMPTY_FOLD, tops, rules).stretches.map((run) => ({
    top: run.first,
    bottom: run.last + grid.pitch / 2,
  }));
}

/** `share`: how far down memory it ends. */
function bandOf(
  card: Box,
  bar: Box,
  { grid, strip }: Memory,
  share: number,
  isNarrow: boolean,
): LaneBox['band'] {
  const x = isNarrow ? bar.x : card.x + card.width;
  return {
    from: { x, y: bar.y + bar.height / 2 },
    to: { x: grid.box.x - 4, y: strip.y + strip.height * share },
  };
}

/** The picture of a scene; `before` are the folds of the picture that it follows. */
export function layoutPicture(scene: Scene, viewport: Viewport, before: Folds): PictureLayout {
  const frame = new Frame(viewport);
  const { scale, isNarrow, measures, memory: memoryBox } = frame;
  const folds = foldsFor(scene, before);
  const pages = Math.ceil(scene.facts.memoryBytes / PAGE_BYTES);
  const memory = layoutMemory(folds.memory, scene, pages, {
    box: memoryBox,
    scale,
    gap: measures.stripGap * scale,
  });
  const least = { least: measures.slot.least * scale, most: measures.slot.most * scale };
  const slots = slotsFor(scene.lanes, frame.lanes, least, isNarrow);
  const lanes = slots.flatMap((slot, at): LaneBox[] => {
    const lane = scene.lanes[at];
    if (lane === undefined) return [];
    const { bar, caption } = layoutBar(slot, frame);
    const cards = layoutCards(lane, slot, frame);
    const fold = folds.walls.get(lane.key) ?? EMPTY_FOLD;
    return [
      {
        at,
        slot,
        cards,
        more: lane.devices.length - cards.length,
        bar,
        wall: layoutWall(fold, lane.iova, bar.x, bar.width),
        caption,
        band: bandOf(cards[0] ?? bar, bar, memory, (at + 0.5) / slots.length, isNarrow),
        busY: bar.y + bar.height + 4 * scale,
        tickX: frame.tickX(at),
        targets: lane.gate === 'wall' ? targetsOf(lane, memory, scale) : [],
      },
    ];
  });
  const { x, width } = memoryBox;
  const head = { y: 0, height: measures.head * scale };
  const [firstBar] = lanes;
  const wallX = isNarrow || firstBar === undefined ? frame.lanes.width : firstBar.bar.x;
  return {
    viewport,
    isNarrow,
    scale,
    folds,
    lanes,
    hidden: scene.lanes.length - lanes.length,
    memory,
    heads: {
      devices: { x: 0, width: wallX, ...head },
      walls: { x: wallX, width: frame.lanes.width - wallX, ...head },
      memory: { x, width, ...head },
    },
    foot: { x, width, y: memoryBox.y + memoryBox.height + 4, height: measures.foot * scale - 4 },
  };
}
