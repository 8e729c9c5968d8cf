// Layout of the address space map: what is where on the screen. Pure; CSS pixels. It costs as much as there are pixels, however
// many mappings there are.

import type { ReservedKind } from '../../src/iommu/regions/reserved-regions.ts';
import { formatAddress } from '../format/address.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import {
  addressAt,
  bytesPerPixel,
  edgesOf,
  isWhole,
  placeIn,
  placeOf,
  wholeWindow,
  type Stretch,
  type Window,
} from './axis.ts';
import type { MappingRuns } from './mapping-runs.ts';
import type { AddressSpace } from './space.ts';

/** How long a change glows, in milliseconds. */
export const GLOW_MS = 900;
/** Narrower ones in a pixel are drawn together. */
const NARROW_PX = 1;
const LABEL_PX = 88;
const FAULT_PX = 8;
/** The least width of what has to be seen. */
const LEAST_PX = 3;

/** Inclusive of its left edge. */
export interface Extent {
  readonly x: number;
  readonly width: number;
}

/** A mapping, or some that are too narrow to be told apart. */
export interface Bar extends Extent {
  /** Index of the first. */
  readonly index: number;
  readonly count: number;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** How much of it is mapped: above 0, up to 1. */
  readonly share: number;
}

export interface RegionBox extends Extent {
  readonly kind: ReservedKind | 'outside';
}

export interface FoldBox extends Extent {
  /** As in `Place`. */
  readonly before: number;
}

export interface FaultSpot {
  readonly x: number;
  /** The newest there. */
  readonly sequence: number;
  readonly count: number;
}

export interface Glow extends Extent {
  readonly kind: MappingChange['kind'];
  /** 1 at the moment of the change, falling to 0. */
  readonly strength: number;
}

export interface Tick {
  readonly x: number;
  readonly label: string;
}

export interface MapLayout {
  readonly window: Window;
  readonly bars: readonly Bar[];
  readonly regions: readonly RegionBox[];
  readonly folds: readonly FoldBox[];
  readonly faults: readonly FaultSpot[];
  readonly glows: readonly Glow[];
  readonly ticks: readonly Tick[];
  /** What is selected. */
  readonly lit: readonly Extent[];
  /** All of the axis, and what of it is shown; null while that is all. */
  readonly overview: { readonly bars: readonly Bar[]; readonly shown: Extent } | null;
}

/** What is laid over the space. */
export interface MapOverlay {
  readonly changes: readonly MappingChange[];
  /** The clock of the changes. */
  readonly nowMs: number;
  readonly lit: readonly Stretch[];
}

interface Visible {
  readonly index: number;
  readonly stretch: Stretch;
  /** The part of the stretch that is on the screen. */
  readonly start: bigint;
  readonly end: bigint;
  readonly from: number;
  readonly to: number;
}

/** The stretches that are on the screen. */
function visibleOf(window: Window): readonly Visible[] {
  return window.axis.stretches.flatMap((stretch, index): Visible[] => {
    const [x, xEnd] = edgesOf(window, index);
    const [from, to] = [Math.max(0, x), Math.min(window.width, xEnd)];
    if (from >= to) return [];
    const [first, last] = [addressAt(window, from), addressAt(window, to)];
    const start = x >= 0 || first?.kind !== 'address' ? stretch.start : first.address;
    const isCut = xEnd > window.width && last?.kind === 'address';
    return [{ index, stretch, start, end: isCut ? last.address : stretch.end, from, to }];
  });
}

/** Where a range is on the screen, in each stretch that has some of it. */
function extentsOf(window: Window, visible: readonly Visible[], range: Stretch): readonly Extent[] {
  return visible.flatMap(({ index, start, end, from, to }): Extent[] => {
    if (range.end < start || range.start > end) return [];
    const x = range.start <= start ? from : placeIn(window, index, range.start);
    const xEnd = range.end >= end ? to : placeIn(window, index, range.end + 1n);
    return [{ x, width: xEnd - x }];
  });
}

/** A few pixels at least, so that it is seen. */
function widened({ x, width }: Extent): Extent {
  return width >= LEAST_PX ? { x, width } : { x: x - (LEAST_PX - width) / 2, width: LEAST_PX };
}

function barsOf(window: Window, visible: readonly Visible[], runs: MappingRuns): readonly Bar[] {
  const bars: Bar[] = [];
  const perPixel = bytesPerPixel(window);
  for (const part of visible) {
    for (let index = runs.from(part.start); index < runs.count;) {
      const start = runs.startOf(index);
      if (start > part.end) break;
      const x = start <= part.start ? part.from : placeIn(window, part.index, start);
      if (x >= part.to) break;
      const end = runs.endOf(index);
      const xEnd = end >= part.end ? part.to : placeIn(window, part.index, end + 1n);
      if (xEnd - x >= NARROW_PX) {
        const { canRead, canWrite } = runs.together(index, index + 1);
        bars.push({ x, width: xEnd - x, index, count: 1, canRead, canWrite, share: 1 });
        index += 1;
        continue;
      }
      const pixel = Math.floor(x);
      const next = Math.max(index + 1, firstBehind(window, part, runs, pixel + 1));
      const { canRead, canWrite, bytes } = runs.together(index, next);
      const share = Math.max(0.05, Math.min(1, bytes / perPixel));
      bars.push({ x: pixel, width: 1, index, count: next - index, canRead, canWrite, share });
      index = next;
    }
  }
  return bars;
}

/** Index of the first mapping that starts at a pixel of a stretch or behind it. */
function firstBehind(window: Window, part: Visible, runs: MappingRuns, pixel: number): number {
  const place = pixel < part.to ? addressAt(window, pixel) : null;
  if (place?.kind !== 'address' || place.address === 0n) return runs.behind(part.end);
  return runs.behind(place.address - 1n);
}

function regionsOf(window: Window, visible: readonly Visible[], space: AddressSpace): RegionBox[] {
  const boxes: RegionBox[] = space.regions.flatMap((region) =>
    extentsOf(window, visible, region).map((extent) => ({ ...widened(extent), kind: region.kind })),
  );
  const { inputRange } = space;
  if (inputRange === null) return boxes;
  const { limits } = window.axis;
  const outside: Stretch[] = [];
  if (limits.start < inputRange.start) outside.push({ ...limits, end: inputRange.start - 1n });
  if (limits.end > inputRange.end) outside.push({ ...limits, start: inputRange.end + 1n });
  for (const range of outside) {
    for (const extent of extentsOf(window, visible, range))
      boxes.push({ ...extent, kind: 'outside' });
  }
  return boxes;
}

function foldsOf(window: Window): readonly FoldBox[] {
  const { axis, width, foldPx } = window;
  const boxes: FoldBox[] = [];
  const add = (before: number, x: number): void => {
    if (x < width && x + foldPx > 0) boxes.push({ x, width: foldPx, before });
  };
  for (const [index, folds] of axis.foldsBefore.entries()) {
    const isFolded = folds > (axis.foldsBefore[index - 1] ?? 0);
    if (isFolded) add(index, edgesOf(window, index)[0] - foldPx);
  }
  const last = axis.stretches.length - 1;
  if (axis.folds > (axis.foldsBefore[last] ?? 0)) add(last + 1, edgesOf(window, last)[1]);
  return boxes;
}

/** Those close to each other are one. */
function faultsOf(window: Window, { faults }: AddressSpace): readonly FaultSpot[] {
  const spots: FaultSpot[] = [];
  for (const { fault } of faults) {
    const x = placeOf(window, fault.address);
    if (x === null || x < 0 || x >= window.width) continue;
    const near = spots.findIndex((each) => Math.abs(each.x - x) < FAULT_PX);
    const spot = spots[near];
    if (spot === undefined) spots.push({ x, sequence: fault.sequence, count: 1 });
    else spots[near] = { ...spot, count: spot.count + 1 };
  }
  return spots;
}

function glowsOf(
  window: Window,
  visible: readonly Visible[],
  { changes, nowMs }: MapOverlay,
): readonly Glow[] {
  return changes.flatMap((change) => {
    const ageMs = nowMs - change.atMs;
    if (ageMs >= GLOW_MS) return [];
    const strength = Math.min(1, 1 - ageMs / GLOW_MS);
    const { kind } = change;
    return extentsOf(window, visible, change).map((each) => ({ ...widened(each), kind, strength }));
  });
}

/** Round addresses, with room for their names between them. */
function ticksOf(window: Window, visible: readonly Visible[]): readonly Tick[] {
  const ticks: Tick[] = [];
  const step = 1n << BigInt(Math.max(4, Math.ceil(Math.log2(bytesPerPixel(window) * LABEL_PX))));
  let free = 0;
  const add = (x: number, address: bigint): void => {
    if (x < free || x + LABEL_PX > window.width + 8) return;
    ticks.push({ x, label: formatAddress(address) });
    free = x + LABEL_PX;
  };
  for (const { index, stretch, start, end } of visible) {
    if (start === stretch.start) add(placeIn(window, index, start), start);
    let address = ((start + step - 1n) / step) * step;
    for (; address <= end; address += step) add(placeIn(window, index, address), address);
  }
  return ticks;
}

function overviewOf(window: Window, runs: MappingRuns): MapLayout['overview'] {
  if (isWhole(window)) return null;
  const whole = wholeWindow(window.axis, window.width);
  const places = [0, window.width].map((x): number => {
    const place = addressAt(window, x);
    if (place?.kind === 'address') return placeOf(whole, place.address) ?? 0;
    const before = place?.kind === 'fold' ? place.before : window.axis.stretches.length;
    return before < window.axis.stretches.length
      ? edgesOf(whole, before)[0] - whole.foldPx / 2
      : whole.width;
  });
  const [from = 0, to = 0] = places;
  return {
    bars: barsOf(whole, visibleOf(whole), runs),
    shown: widened({ x: from, width: to - from }),
  };
}

export function layoutMap(window: Window, space: AddressSpace, overlay: MapOverlay): MapLayout {
  const visible = visibleOf(window);
  return {
    window,
    bars: barsOf(window, visible, space.runs),
    regions: regionsOf(window, visible, space),
    folds: foldsOf(window),
    faults: faultsOf(window, space),
    glows: glowsOf(window, visible, overlay),
    ticks: ticksOf(window, visible),
    lit: overlay.lit.flatMap((range) => extentsOf(window, visible, range).map(widened)),
    overview: overviewOf(window, space.runs),
  };
}
