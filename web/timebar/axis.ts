// The axis of the time bar: guest time in milliseconds, from the whole of what is kept down to a microsecond.

/** What an axis shows, over a width in CSS pixels. */
export interface Axis {
  readonly startMs: number;
  readonly endMs: number;
  readonly width: number;
}

/** What there is to be shown. */
export interface Limits {
  readonly startMs: number;
  /** Now, in guest time. */
  readonly endMs: number;
}

/** Whether an axis goes on with time: all of it, its end, or not at all. */
export type Following = 'whole' | 'end' | 'nothing';

export const MIN_SPAN_MS = 0.001;
/** The unit of times in the record. */
const TICK_MS = 1e-5;
/** A bucket is wider than this, and at most twice as wide; in CSS pixels. */
const MIN_BUCKET_PX = 2;

export function spanOf({ startMs, endMs }: Limits): number {
  return Math.max(MIN_SPAN_MS, endMs - startMs);
}

export function wholeAxis(limits: Limits, width: number): Axis {
  return { startMs: limits.startMs, endMs: limits.startMs + spanOf(limits), width };
}

/** The same span, moved and shrunk so that it shows nothing that there is not. */
export function clampAxis({ startMs, endMs, width }: Axis, limits: Limits): Axis {
  const span = Math.min(spanOf(limits), Math.max(MIN_SPAN_MS, endMs - startMs));
  const last = limits.startMs + spanOf(limits) - span;
  const start = Math.max(limits.startMs, Math.min(last, startMs));
  return { startMs: start, endMs: start + span, width };
}

/** Shows `factor` times as much, with the time under a place where it was. `x` in CSS pixels. */
export function zoomAxis(axis: Axis, limits: Limits, factor: number, x: number): Axis {
  const at = timeAt(axis, x);
  const span = Math.max(MIN_SPAN_MS, (axis.endMs - axis.startMs) * factor);
  const startMs = at - (span * x) / Math.max(1, axis.width);
  return clampAxis({ startMs, endMs: startMs + span, width: axis.width }, limits);
}

/** Moves what is shown; by CSS pixels, later for positive ones. */
export function panAxis(axis: Axis, limits: Limits, pixels: number): Axis {
  const moved = ((axis.endMs - axis.startMs) * pixels) / Math.max(1, axis.width);
  const { startMs, endMs, width } = axis;
  return clampAxis({ startMs: startMs + moved, endMs: endMs + moved, width }, limits);
}

/** How an axis that was zoomed or moved by hand goes on. */
export function followingOf(axis: Axis, limits: Limits): Following {
  const slack = spanOf(limits) / 1e9;
  if (axis.endMs < limits.endMs - slack) return 'nothing';
  return axis.startMs <= limits.startMs + slack ? 'whole' : 'end';
}

/** The axis after time has gone on. */
export function follow(axis: Axis, limits: Limits, following: Following): Axis {
  if (following === 'whole') return wholeAxis(limits, axis.width);
  if (following === 'nothing') return clampAxis(axis, limits);
  return clampAxis({ ...axis, ...shifted(axis, limits.endMs - axis.endMs) }, limits);
}

function shifted({ startMs, endMs }: Limits, byMs: number): Limits {
  return { startMs: startMs + byMs, endMs: endMs + byMs };
}

/** Time at a place, in CSS pixels from the left. */
export function timeAt({ startMs, endMs, width }: Axis, x: number): number {
  return startMs + ((endMs - startMs) * x) / Math.max(1, width);
}

/** Place of a time, in CSS pixels from the left. */
export function placeOf({ startMs, endMs, width }: Axis, timeMs: number): number {
  return ((timeMs - startMs) * width) / (endMs - startMs);
}

/**
 * Times between the buckets of an axis, ascending. Buckets are a power of two of ticks wide and begin at multiples of that, so
 * that they stand still while the axis moves; the first and the last reach beyond it.
 */
export function bucketEdges(axis: Axis): Float64Array {
  const perPixel = (axis.endMs - axis.startMs) / Math.max(1, axis.width);
  const ticks = Math.max(1, (2 * MIN_BUCKET_PX * perPixel) / TICK_MS);
  const widthMs = 2 ** Math.floor(Math.log2(ticks)) * TICK_MS;
  const first = Math.floor(axis.startMs / widthMs);
  const last = Math.max(first + 1, Math.ceil(axis.endMs / widthMs));
  return Float64Array.from({ length: last - first + 1 }, (_, at) => (first + at) * widthMs);
}
