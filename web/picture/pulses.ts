// Pulses: accesses on their way from a device through its wall to memory, or only as far as the wall. Samples: what moves
// is a part of what happens, and it is bounded.

import { PAGE_BYTES } from './runs.ts';
import { placeOfPage } from './memory.ts';
import type { PictureLayout, Point } from './layout.ts';
import type { Scene } from './scene.ts';
import { xOfIova } from './wall.ts';

/** Milliseconds from the device to memory, and to the wall with the burst there. */
export const PASS_MS = 900;
const STOP_MS = 700;
/** Share of a stopped access's time after which it is at the wall. */
export const HIT_AT = 0.5;
/** Pulses that move at the same time; more are not shown. */
export const MOST_PULSES = 24;

export interface Access {
  readonly endpoint: number;
  /** As the device named it. */
  readonly address: bigint;
  /** The guest-physical page that it reached; null for one that was stopped. */
  readonly page: number | null;
}

export interface Pulse extends Access {
  readonly startMs: number;
}

export interface MovingPulse {
  readonly endpoint: number;
  readonly isStopped: boolean;
  /** 0 at the device, 1 at the end. */
  readonly progress: number;
}

/** The pulses that are under way. */
export class Pulses {
  #pulses: Pulse[] = [];

  /** Starts one, unless there are enough. A stopped access is always shown: it takes the place of the oldest. */
  start(access: Access, nowMs: number): void {
    if (this.#pulses.length >= MOST_PULSES) {
      if (access.page !== null) return;
      this.#pulses.shift();
    }
    this.#pulses.push({ ...access, startMs: nowMs });
  }

  /** Those that were under way when it was last asked where they are. */
  get count(): number {
    return this.#pulses.length;
  }

  clear(): void {
    this.#pulses = [];
  }

  /** Those that move now, with how far each is; the others are forgotten. */
  at(nowMs: number): readonly (readonly [Pulse, MovingPulse])[] {
    const all = this.#pulses.map((pulse): [Pulse, MovingPulse] => {
      const isStopped = pulse.page === null;
      const progress = Math.max(0, nowMs - pulse.startMs) / (isStopped ? STOP_MS : PASS_MS);
      return [pulse, { endpoint: pulse.endpoint, isStopped, progress }];
    });
    const moving = all.filter(([, { progress }]) => progress < 1);
    this.#pulses = moving.map(([pulse]) => pulse);
    return moving;
  }
}

/** The curve from a wall to memory, in points. */
export function curve(from: Point, to: Point, steps = 12): readonly Point[] {
  const middle = (from.x + to.x) / 2;
  return Array.from({ length: steps + 1 }, (_unused, step) => {
    const t = step / steps;
    const u = 1 - t;
    const [start, near, far, end] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return {
      x: start * from.x + near * middle + far * middle + end * to.x,
      y: start * from.y + near * from.y + far * to.y + end * to.y,
    };
  });
}

/** The way of an access; null when its device is not in the picture. */
export function pathOf(
  layout: PictureLayout,
  scene: Scene,
  access: Access,
): readonly Point[] | null {
  for (const box of layout.lanes) {
    const lane = scene.lanes[box.at];
    const device = lane?.devices.findIndex(({ id }) => id === access.endpoint) ?? -1;
    if (lane === undefined || device < 0) continue;
    const { bar, busY, tickX } = box;
    const card = box.cards[Math.min(device, box.cards.length - 1)];
    const from = {
      x: layout.isNarrow || card === undefined ? bar.x : card.x + card.width,
      y: layout.isNarrow || card === undefined ? bar.y + bar.height / 2 : card.y + card.height / 2,
    };
    const middle = bar.y + bar.height / 2;
    const entry = { x: bar.x, y: middle };
    if (access.page === null) return [from, entry];
    const dot = placeOfPage(layout.memory.grid, access.page);
    const end = { x: tickX, y: dot?.y ?? middle };
    const last = dot === null ? [] : [dot];
    if (lane.gate === 'open') return [...curve(box.band.from, box.band.to), ...last];
    const x = xOfIova(box.wall, access.address) ?? bar.x + bar.width;
    const through = [entry, { x, y: middle }, { x, y: busY }];
    return [from, ...through, ...curve({ x: bar.x + bar.width, y: busY }, end), ...last];
  }
  return null;
}

/** The point that is a share of the way, 0 to 1, along a path. */
export function alongPath(path: readonly Point[], share: number): Point {
  const lengths = path.slice(1).map(({ x, y }, at) => {
    const before = path[at] ?? { x, y };
    return Math.hypot(x - before.x, y - before.y);
  });
  let left = lengths.reduce((sum, length) => sum + length, 0) * Math.min(1, Math.max(0, share));
  for (const [at, length] of lengths.entries()) {
    const [from, to] = [path[at], path[at + 1]];
    if (from === undefined || to === undefined) break;
    if (left <= length) {
      const part = length === 0 ? 0 : left / length;
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    }
    left -= length;
  }
  return path.at(-1) ?? { x: 0, y: 0 };
}

/** The page an address lies in. */
export function pageOf(address: bigint): number {
  return Number(address / BigInt(PAGE_BYTES));
}
