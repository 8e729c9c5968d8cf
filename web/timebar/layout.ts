// Layout of the time bar: from buckets to shapes. Lanes from the top: stages with the console's lines, what devices can reach,
// requests, bytes of DMA; faults lie across.

import { stageName } from '../format/stage-words.ts';
import { placeOf, type Axis, type Limits } from './axis.ts';
import type { Lanes } from './lanes.ts';

/** Measures of the lanes, in CSS pixels from the top. */
export interface LanePlaces {
  readonly stages: Lane;
  readonly reach: Lane;
  readonly requests: Lane;
  readonly dma: Lane;
}

export interface Lane {
  readonly top: number;
  readonly height: number;
}

const STAGE_PX = 15;
const GAP_PX = 3;
/** What has happened at all can be seen. */
const LEAST_BAR_PX = 2;
/** Marks of faults do not lie on one another. */
const FAULT_PX = 9;
/** A name needs this much room, by letter and beside them. */
const LETTER_PX = 6.2;
const LABEL_PAD_PX = 8;
const PAGE_BYTES = 4096;

/** Requests in the order in which they are stacked, from the bottom. */
export const REQUEST_TONES = ['map', 'unmap', 'other'] as const;
export type RequestTone = (typeof REQUEST_TONES)[number];

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

export interface BarLayout {
  readonly places: LanePlaces;
  /** `label` is empty where there is no room for it. */
  readonly stages: readonly {
    readonly x: number;
    readonly width: number;
    readonly label: string;
  }[];
  /** Places of the console's lines. */
  readonly lines: readonly number[];
  /** Down to the bottom of the lane; `isAll`: a device reached all memory. */
  readonly reach: readonly (Bar & { readonly isAll: boolean })[];
  readonly requests: readonly (Bar & { readonly tone: RequestTone })[];
  readonly dma: readonly (Bar & { readonly endpoint: number })[];
  /** Places of faults. */
  readonly faults: readonly number[];
  /** Width of what is not kept any more, from the left. */
  readonly gone: number;
}

/** What the bar needs to know beside its lanes. */
export interface BarFacts {
  readonly height: number;
  readonly memoryBytes: number;
  readonly limits: Limits;
  /** Whether it begins with power on, and what was before is of another life. */
  readonly isFromPowerOn: boolean;
}

export function lanePlaces(height: number): LanePlaces {
  const rest = (height - STAGE_PX - 3 * GAP_PX) / 3;
  const lane = (index: number): Lane => ({
    top: STAGE_PX + GAP_PX + index * (rest + GAP_PX),
    height: rest,
  });
  return { stages: { top: 0, height: STAGE_PX }, reach: lane(0), requests: lane(1), dma: lane(2) };
}

export function layoutBar(lanes: Lanes, axis: Axis, facts: BarFacts): BarLayout {
  const places = lanePlaces(facts.height);
  const xs = lanes.edges.map((timeMs) => placeOf(axis, timeMs));
  const from = Math.max(0, placeOf(axis, facts.limits.startMs));
  const to = Math.min(axis.width, placeOf(axis, facts.limits.endMs));
  return {
    places,
    stages: layoutStages(lanes, axis, facts, to),
    lines: middles(xs, (at) => (lanes.lines[at] ?? 0) > 0),
    reach: layoutReach(lanes, xs, { from, to }, places.reach, facts.memoryBytes),
    requests: layoutRequests(lanes, xs, places.requests),
    dma: layoutDma(lanes, xs, places.dma),
    faults: apart(middles(xs, (at) => lanes.tally.of('faults', at) > 0)),
    gone: from,
  };
}

function layoutStages(
  lanes: Lanes,
  axis: Axis,
  { limits, isFromPowerOn }: BarFacts,
  end: number,
): BarLayout['stages'] {
  // Power on has no mark of its own
  const firmware = { timeMs: limits.startMs, stage: 'firmware' };
  const stages = isFromPowerOn
    ? [firmware, ...lanes.stages.filter(({ timeMs }) => timeMs > limits.startMs)]
    : lanes.stages;
  return stages.flatMap(({ timeMs, stage }, index) => {
    const next = stages[index + 1]?.timeMs;
    const x = Math.max(0, placeOf(axis, timeMs));
    const last = next === undefined ? end : Math.min(end, placeOf(axis, next));
    if (last <= x) return [];
    const name = stageName(stage);
    const room = last - x - LABEL_PAD_PX;
    return [{ x, width: last - x, label: name.length * LETTER_PX <= room ? name : '' }];
  });
}

/** On a logarithmic scale of pages: what Linux maps is a thousandth of memory. */
function layoutReach(
  { tally }: Lanes,
  xs: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
  { top, height }: Lane,
  memoryBytes: number,
): BarLayout['reach'] {
  const whole = Math.log2(1 + memoryBytes / PAGE_BYTES);
  const bars: (Bar & { readonly isAll: boolean })[] = [];
  for (let at = 0; at < tally.count; at += 1) {
    const x = Math.max(from, xs[at] ?? 0);
    const width = Math.min(to, xs[at + 1] ?? 0) - x;
    const most = Math.min(memoryBytes, tally.most[at] ?? 0);
    if (width <= 0 || most === 0) continue;
    const share = Math.log2(1 + most / PAGE_BYTES) / whole;
    const size = Math.max(LEAST_BAR_PX, share * height);
    const y = top + height - size;
    const isAll = tally.most[at] === Infinity;
    const last = bars.at(-1);
    // One shape for what stays the same: no seams
    if (last?.isAll === isAll && last.y === y && last.x + last.width >= x - 0.01) {
      bars[bars.length - 1] = { ...last, width: x + width - last.x };
    } else bars.push({ x, width, y, height: size, isAll });
  }
  return bars;
}

function layoutRequests({ tally }: Lanes, xs: Float64Array, lane: Lane): BarLayout['requests'] {
  const counts = REQUEST_TONES.map(() => new Float64Array(tally.count));
  for (let at = 0; at < tally.count; at += 1) {
    const [map, unmap, other] = counts;
    if (map !== undefined) map[at] = tally.of('map', at);
    if (unmap !== undefined) unmap[at] = tally.of('unmap', at);
    if (other === undefined) continue;
    for (const name of ['attach', 'detach', 'probe', 'ignored'] as const) {
      other[at] = (other[at] ?? 0) + tally.of(name, at);
    }
  }
  return stack(counts, xs, lane).map(({ part, ...bar }) => ({
    ...bar,
    tone: REQUEST_TONES[part] ?? 'other',
  }));
}

function layoutDma({ dma }: Lanes, xs: Float64Array, lane: Lane): BarLayout['dma'] {
  return stack(
    dma.map(({ bytes }) => bytes),
    xs,
    lane,
  ).map(({ part, ...bar }) => ({ ...bar, endpoint: dma[part]?.endpoint ?? 0 }));
}

/** Bars one upon the other; as high as the root of all together, so that one is seen beside thousands. */
function stack(
  parts: readonly Float64Array[],
  xs: Float64Array,
  { top, height }: Lane,
): (Bar & { readonly part: number })[] {
  const sums = Float64Array.from({ length: Math.max(0, xs.length - 1) }, (_, at) =>
    parts.reduce((sum, part) => sum + (part[at] ?? 0), 0),
  );
  const most = sums.reduce((one, other) => Math.max(one, other), 0);
  const bars: (Bar & { readonly part: number })[] = [];
  for (const [at, sum] of sums.entries()) {
    if (sum === 0) continue;
    const x = xs[at] ?? 0;
    const width = Math.max(1, (xs[at + 1] ?? 0) - x - (sums.length > 1 ? 0.5 : 0));
    const full = Math.max(LEAST_BAR_PX, Math.sqrt(sum / most) * height);
    let bottom = top + height;
    for (const [part, counts] of parts.entries()) {
      const size = ((counts[at] ?? 0) / sum) * full;
      if (size === 0) continue;
      bottom -= size;
      bars.push({ x, width, y: bottom, height: size, part });
    }
  }
  return bars;
}

/** Middles of the buckets for which a claim is true. */
function middles(xs: Float64Array, isMeant: (at: number) => boolean): number[] {
  const found: number[] = [];
  for (let at = 0; at < xs.length - 1; at += 1) {
    if (isMeant(at)) found.push(((xs[at] ?? 0) + (xs[at + 1] ?? 0)) / 2);
  }
  return found;
}

function apart(places: readonly number[]): number[] {
  const kept: number[] = [];
  for (const place of places) {
    if (place - (kept.at(-1) ?? -Infinity) >= FAULT_PX) kept.push(place);
  }
  return kept;
}
