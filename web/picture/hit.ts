// What of the picture is at a place, and what that is in words.

import { formatShortRange } from '../format/address.ts';
import { formatBytes } from '../format/quantity.ts';
import type { FaultMark } from './fault-marks.ts';
import type { PictureLayout } from './layout.ts';
import { dotAt, NOBODY, type Box } from './memory.ts';
import { PAGE_BYTES, runFrom, type Run } from './runs.ts';
import type { Scene } from './scene.ts';
import { iovaAt } from './wall.ts';
import { deviceNote, gateName, gateWords } from './words.ts';

export type Part =
  | { readonly kind: 'device'; readonly endpoint: number; readonly name: string }
  | {
      readonly kind: 'wall';
      readonly lane: number;
      readonly domain: number | null;
      readonly iova: bigint | null;
    }
  | { readonly kind: 'fault'; readonly mark: FaultMark }
  | { readonly kind: 'memory'; readonly pages: Run; readonly owner: number };

function isIn({ x, y, width, height }: Box, px: number, py: number): boolean {
  return x <= px && px < x + width && y <= py && py < y + height;
}

export function partAt(
  layout: PictureLayout,
  scene: Scene,
  marks: readonly FaultMark[],
  x: number,
  y: number,
): Part | null {
  const mark = marks.find(({ box }) => isIn(box, x, y));
  if (mark !== undefined) return { kind: 'fault', mark };
  for (const box of layout.lanes) {
    const lane = scene.lanes[box.at];
    if (lane === undefined) continue;
    const card = box.cards.findIndex((each) => isIn(each, x, y));
    const device = lane.devices[card];
    if (device !== undefined) return { kind: 'device', endpoint: device.id, name: device.name };
    if (isIn(box.bar, x, y)) {
      return { kind: 'wall', lane: box.at, domain: lane.domain, iova: iovaAt(box.wall, x) };
    }
  }
  const dot = dotAt(layout.memory.grid, x, y);
  return dot === null ? null : { kind: 'memory', ...dot };
}

function memoryWords(scene: Scene, pages: Run, owner: number): string {
  const start = BigInt(pages.first) * BigInt(PAGE_BYTES);
  const end = BigInt(pages.last + 1) * BigInt(PAGE_BYTES) - 1n;
  const where = `Memory ${formatShortRange(start, end)}`;
  const { kernel } = scene.facts;
  const isKernel = kernel !== null && start <= BigInt(kernel.last) && end >= BigInt(kernel.first);
  const what = isKernel ? `${where}, the kernel’s code` : where;
  if (owner === NOBODY) return `${what}: no device reaches it`;
  const reaching = scene.lanes.filter(({ pages: all }) =>
    all
      .slice(runFrom(all, pages.first), runFrom(all, pages.first) + 1)
      .some(({ first }) => first <= pages.last),
  );
  const names = reaching.flatMap(({ devices }) => devices.map(({ name }) => name));
  if (names.length <= 2) return `${what}: ${names.join(' and ')} can reach it`;
  const devices = scene.lanes.flatMap((lane) => lane.devices).length;
  const some = names.length === devices ? `all ${devices}` : `${names.length} of ${devices}`;
  return `${what}: ${some} devices can reach it`;
}

export function partWords(part: Part, scene: Scene): string {
  switch (part.kind) {
    case 'device': {
      const lane = scene.lanes.find(({ devices }) =>
        devices.some(({ id }) => id === part.endpoint),
      );
      const note = deviceNote(part.name);
      const where = lane === undefined ? '' : `: ${gateName(lane, scene)}, ${gateWords(lane)}`;
      return `${part.name}${note === '' ? '' : ` (${note})`}${where}`;
    }
    case 'wall': {
      const lane = scene.lanes[part.lane];
      if (lane === undefined) return '';
      const { iova } = part;
      const isOpen = lane.iova.some(
        ({ first, last }) =>
          iova !== null &&
          BigInt(first * PAGE_BYTES) <= iova &&
          iova < BigInt((last + 1) * PAGE_BYTES),
      );
      const name = gateName(lane, scene);
      if (iova === null) return `${name}: ${gateWords(lane)}`;
      const text = `IOVA ${formatShortRange(iova, iova + BigInt(PAGE_BYTES) - 1n)}`;
      return `${name}, ${text}: ${isOpen ? 'mapped' : 'not mapped, the wall is closed'}`;
    }
    case 'fault':
      return part.mark.sentence;
    case 'memory':
      return memoryWords(scene, part.pages, part.owner);
  }
}

/** Bytes that a dot stands for, in words. */
export function dotWords(pagesPerDot: number): string {
  return `one dot: ${formatBytes(pagesPerDot * PAGE_BYTES)}`;
}
