// The axis of the address space map: stretches of addresses, true to scale and side by side, and folds of a fixed width in
// the place of what lies between them. Addresses are whole 64-bit words at any zoom; only distances on the screen are rounded.

import { PAGE_BYTES, type Run } from '../picture/runs.ts';

/** Inclusive. */
export interface Stretch {
  readonly start: bigint;
  readonly end: bigint;
}

export interface Axis {
  /** All that the axis is about: what is not in a stretch is folded. */
  readonly limits: Stretch;
  /** Ascending; at least one. */
  readonly stretches: readonly Stretch[];
  /** Parts of bytes before each stretch, in those before it. */
  readonly before: readonly bigint[];
  /** Folds before each stretch. */
  readonly foldsBefore: readonly number[];
  readonly folds: number;
  /** Parts of bytes of all stretches. */
  readonly total: bigint;
}

/** What of an axis is on the screen. */
export interface Window {
  readonly axis: Axis;
  /** CSS pixels. */
  readonly width: number;
  readonly foldPx: number;
  /** Parts of bytes that the width stands for. */
  readonly span: bigint;
  /** At the left edge: parts of bytes of the stretches, and pixels of folds, that lie before it. */
  readonly left: bigint;
  readonly passed: number;
}

/** What is at a place: an address, or the fold before a stretch; that behind the last has the number of stretches. */
export type Place =
  | { readonly kind: 'address'; readonly address: bigint }
  | { readonly kind: 'fold'; readonly before: number };

/** A byte has so many parts, so that a window moves smoothly when it shows one page. */
const PARTS = 256n;
const PART_BITS = 8n;
export const TOP = 0xffff_ffff_ffff_ffffn;
const FOLD_PX = 16;
/** Folds take at most this part of a window. */
const MOST_FOLD_SHARE = 0.4;
const MIN_SPAN = BigInt(PAGE_BYTES) * PARTS;
/** Distances on the screen are taken in such parts of a pixel where they become addresses. */
const PIXEL_PARTS = 65_536;
/** Places that close are the same: sums of fractions are rounded. */
const SLACK_PX = 1e-4;
const FACTOR_PARTS = 1_048_576;

/** `stretches` ascend, do not touch each other, and lie within the limits. */
export function axisOf(limits: Stretch, stretches: readonly Stretch[]): Axis {
  const shown = stretches.length === 0 ? [limits] : stretches;
  const before: bigint[] = [];
  const foldsBefore: number[] = [];
  let [total, folds, next] = [0n, 0, limits.start];
  for (const { start, end } of shown) {
    if (start > next) folds += 1;
    before.push(total);
    foldsBefore.push(folds);
    total += (end - start + 1n) << PART_BITS;
    next = end + 1n;
  }
  if (next <= limits.end) folds += 1;
  return { limits, stretches: shown, before, foldsBefore, folds, total };
}

/** Stretches of pages as addresses, cut to the limits. */
export function stretchesOf(runs: readonly Run[], { start, end }: Stretch): readonly Stretch[] {
  const page = BigInt(PAGE_BYTES);
  return runs.flatMap((run) => {
    const first = BigInt(run.first) * page;
    const last = BigInt(run.last + 1) * page - 1n;
    const cut = { start: first < start ? start : first, end: last > end ? end : last };
    return cut.start <= cut.end ? [cut] : [];
  });
}

export function isSameAxis(one: Axis, other: Axis): boolean {
  const isSame = (stretch: Stretch, its: Stretch | undefined): boolean =>
    stretch.start === its?.start && stretch.end === its.end;
  return (
    isSame(one.limits, other.limits) &&
    one.stretches.length === other.stretches.length &&
    one.stretches.every((stretch, index) => isSame(stretch, other.stretches[index]))
  );
}

/** The addresses that a fold hides; `before` as in `Place`. */
export function foldedBy({ limits, stretches }: Axis, before: number): Stretch {
  const start = before === 0 ? limits.start : (stretches[before - 1]?.end ?? TOP) + 1n;
  const end = (stretches[before]?.start ?? limits.end + 1n) - 1n;
  return { start, end };
}

function foldPxOf({ folds }: Axis, width: number): number {
  return folds === 0 ? 0 : Math.min(FOLD_PX, (width * MOST_FOLD_SHARE) / folds);
}

/** Shows all of an axis. */
export function wholeWindow(axis: Axis, width: number): Window {
  const wide = Math.max(1, width);
  const foldPx = foldPxOf(axis, wide);
  const room = Math.max(1, Math.round((wide - axis.folds * foldPx) * PIXEL_PARTS));
  const all = BigInt(Math.round(wide * PIXEL_PARTS));
  const span = (axis.total * all) / BigInt(room) + 1n;
  return { axis, width: wide, foldPx, span: bigMax(span, MIN_SPAN), left: 0n, passed: 0 };
}

export function isWhole(window: Window): boolean {
  return window.span >= wholeWindow(window.axis, window.width).span;
}

/** Bytes for a pixel, rounded. */
export function bytesPerPixel({ span, width }: Window): number {
  return Number(span) / Number(PARTS) / width;
}

function bigMax(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** Rounded to the nearest. */
function divided(number: bigint, by: bigint): bigint {
  const half = by / 2n;
  return number < 0n ? -((half - number) / by) : (number + half) / by;
}

/** Pixels from the left edge to some parts of bytes behind so many folds. */
function pixelsTo({ left, span, width, foldPx, passed }: Window, at: bigint, folds: number) {
  return (Number(at - left) * width) / Number(span) + folds * foldPx - passed;
}

/** Index of the stretch with an address; -1 where it is folded. */
export function stretchAt({ stretches }: Axis, address: bigint): number {
  let low = 0;
  for (let high = stretches.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.end ?? TOP) < address) low = middle + 1;
    else high = middle;
  }
  const found = stretches[low];
  return found !== undefined && found.start <= address ? low : -1;
}

/** Where an address of a stretch, or the one behind its last, is; pixels from the left edge. */
export function placeIn(window: Window, index: number, address: bigint): number {
  const { axis } = window;
  const into = (address - (axis.stretches[index]?.start ?? 0n)) << PART_BITS;
  return pixelsTo(window, (axis.before[index] ?? 0n) + into, axis.foldsBefore[index] ?? 0);
}

/** Where an address is; null where it is folded. */
export function placeOf(window: Window, address: bigint): number | null {
  const index = stretchAt(window.axis, address);
  return index < 0 ? null : placeIn(window, index, address);
}

/** Where a stretch begins and where it ends. */
export function edgesOf(window: Window, index: number): readonly [number, number] {
  const { axis } = window;
  const { before, foldsBefore, total } = axis;
  const folds = foldsBefore[index] ?? 0;
  const end = before[index + 1] ?? total;
  return [pixelsTo(window, before[index] ?? 0n, folds), pixelsTo(window, end, folds)];
}

/** What would be before the left edge if that were at a place, and the stretch there; null in a fold or beyond. */
function positionAt(window: Window, x: number) {
  const { axis, left, span, width, foldPx, passed } = window;
  const { stretches, before, foldsBefore, folds, total } = axis;
  for (let index = 0; index < stretches.length; index += 1) {
    const [from, to] = edgesOf(window, index);
    const start = before[index] ?? 0n;
    const foldEdge = (foldsBefore[index] ?? 0) * foldPx;
    if (x < from - SLACK_PX) {
      const into = Math.max(0, foldEdge - (from - x));
      return { left: start, passed: into, index, isStretch: false };
    }
    if (x > to + SLACK_PX) continue;
    const away = BigInt(Math.round((x - (foldEdge - passed)) * PIXEL_PARTS));
    const parts = divided(away * span, BigInt(Math.round(width * PIXEL_PARTS)));
    const last = (before[index + 1] ?? total) - 1n;
    const at = left + parts;
    const inside = at < start ? start : at > last ? last : at;
    return { left: inside, passed: foldEdge, index, isStretch: true };
  }
  const beyond = x - pixelsTo(window, total, folds);
  return {
    left: total,
    passed: folds * foldPx + beyond,
    index: stretches.length,
    isStretch: false,
  };
}

/** What is at a place; null beyond the axis. */
export function addressAt(window: Window, x: number): Place | null {
  const { axis } = window;
  const { left, index, isStretch } = positionAt(window, x);
  if (isStretch) {
    const into = (left - (axis.before[index] ?? 0n)) >> PART_BITS;
    return { kind: 'address', address: (axis.stretches[index]?.start ?? 0n) + into };
  }
  const { start, end } = foldedBy(axis, index);
  const isBeyond = x < pixelsTo(window, 0n, 0) || x >= pixelsTo(window, axis.total, axis.folds);
  return isBeyond || start > end ? null : { kind: 'fold', before: index };
}

/** The same scale, moved and shrunk so that it shows nothing that there is not. */
function clamped(window: Window): Window {
  const { axis, width } = window;
  const whole = wholeWindow(axis, width);
  if (window.span >= whole.span) return whole;
  const end = pixelsTo(window, axis.total, axis.folds);
  return end < width - SLACK_PX ? moved(window, end - width) : window;
}

function moved(window: Window, pixels: number): Window {
  const { left, passed } = positionAt(window, pixels);
  return { ...window, left, passed };
}

/** Moves what is shown; to higher addresses for positive pixels. */
export function panWindow(window: Window, pixels: number): Window {
  return clamped(moved(window, pixels));
}

/** Shows `factor` times as much, with what is at a place where it was. */
export function zoomWindow(window: Window, factor: number, x: number): Window {
  const parts = BigInt(Math.max(1, Math.round(factor * FACTOR_PARTS)));
  const span = bigMax(MIN_SPAN, (window.span * parts) / BigInt(FACTOR_PARTS));
  const { left, passed } = positionAt(window, x);
  return clamped(moved({ ...window, span, left, passed }, -x));
}

/** Shows a range of one stretch with some room around it; the same as before where it is folded. */
export function showRange(window: Window, { start, end }: Stretch): Window {
  const index = stretchAt(window.axis, start);
  if (index < 0) return window;
  const span = bigMax(MIN_SPAN, (((end - start + 1n) << PART_BITS) * 3n) / 2n);
  const middle = start + (end - start + 1n) / 2n;
  return clamped(moved(startingWith({ ...window, span }, index, middle), -window.width / 2));
}

/** With an address of a stretch at the left edge. */
function startingWith(window: Window, index: number, address: bigint): Window {
  const { axis, foldPx } = window;
  const into = (address - (axis.stretches[index]?.start ?? 0n)) << PART_BITS;
  const left = (axis.before[index] ?? 0n) + into;
  return { ...window, left, passed: (axis.foldsBefore[index] ?? 0) * foldPx };
}

/** The same place on another axis, or in another width. */
export function carryWindow(window: Window, axis: Axis, width: number): Window {
  if (isWhole(window)) return wholeWindow(axis, width);
  const whole = wholeWindow(axis, width);
  const first = addressAt(window, 0);
  const address = first?.kind === 'address' ? first.address : edgeOf(window.axis, first);
  const index = stretchAt(axis, address);
  if (index < 0 || window.span >= whole.span) return whole;
  return clamped(startingWith({ ...whole, span: window.span }, index, address));
}

function edgeOf({ stretches, limits }: Axis, place: Place | null): bigint {
  const index = place?.kind === 'fold' ? place.before : 0;
  return stretches[index]?.start ?? limits.start;
}
