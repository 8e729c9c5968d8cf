// The two ends of the range on the time bar: to be dragged, or moved by keys.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { rangeBetween, TICK_MS, type TimeRange } from '../../src/trace/record/time-range.ts';
import type { BarView } from '../timebar/bar-view.ts';
import { useClock } from './clock-context.ts';

/** Parts of what is shown that a key moves an end by, and with Shift. */
const STEP = 1 / 200;
const LARGE_STEP = 1 / 20;
/** So far a click may slip; in CSS pixels. */
const SLIP_PX = 4;

export interface RangeHandlesProps {
  readonly range: ReadonlySignal<TimeRange | null>;
  readonly onDragRange: (range: TimeRange) => void;
  /** `replace`: one of many small steps. */
  readonly onRange: (range: TimeRange, move: 'push' | 'replace') => void;
  readonly onLook: (sequence: number | null) => void;
}

type End = 'from' | 'to';

const NAMES: Readonly<Record<End, string>> = { from: 'Start of the range', to: 'End of the range' };

/** Puts the handles where the range is on the axis; to be called after each frame of the bar. */
export function placeHandles(place: HTMLElement | null, view: BarView, range: TimeRange): void {
  for (const handle of place?.querySelectorAll<HTMLElement>('.range-handle') ?? []) {
    const timeMs = handle.dataset['end'] === 'from' ? range.fromMs : range.toMs;
    handle.style.left = `${view.placeAt(timeMs)}px`;
    handle.dataset['off'] = String(timeMs < view.axis.startMs || timeMs > view.axis.endMs);
  }
}

/** A range with one of its ends elsewhere; the ends never change places, and keep a pixel between them, a tick at least. */
function moved(range: TimeRange, end: End, timeMs: number, view: BarView): TimeRange {
  const perPixel = (view.axis.endMs - view.axis.startMs) / Math.max(1, view.axis.width);
  const least = Math.max(TICK_MS, perPixel);
  return end === 'from'
    ? rangeBetween(Math.max(0, Math.min(timeMs, range.toMs - least)), range.toMs)
    : rangeBetween(range.fromMs, Math.max(timeMs, range.fromMs + least));
}

/** Where a key moves an end to; undefined for one that is none of its. */
function keyTarget(event: KeyboardEvent, timeMs: number, view: BarView): number | undefined {
  const { axis, limits } = view;
  const step = (axis.endMs - axis.startMs) * (event.shiftKey ? LARGE_STEP : STEP);
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return timeMs - step;
    case 'ArrowRight':
    case 'ArrowUp':
      return timeMs + step;
    case 'PageDown':
      return timeMs - (axis.endMs - axis.startMs) * LARGE_STEP;
    case 'PageUp':
      return timeMs + (axis.endMs - axis.startMs) * LARGE_STEP;
    case 'Home':
      return limits.startMs;
    case 'End':
      return limits.endMs;
    default:
      return undefined;
  }
}

interface HandleProps extends RangeHandlesProps {
  readonly end: End;
  readonly view: RefObject<BarView | null>;
}

function Handle({ end, view, range, onDragRange, onRange, onLook }: HandleProps): JSX.Element {
  const drag = useRef<{ readonly startX: number; readonly atMs: number; isMoved: boolean } | null>(
    null,
  );
  const clock = useClock();
  const chosen = range.value;
  const timeMs = (end === 'from' ? chosen?.fromMs : chosen?.toMs) ?? 0;
  const target = (event: PointerEvent): TimeRange | null => {
    const [start, bar, now] = [drag.current, view.current, range.peek()];
    if (start === null || bar === null || now === null) return null;
    start.isMoved ||= Math.abs(event.clientX - start.startX) > SLIP_PX;
    if (!start.isMoved) return null;
    const { axis } = bar;
    const perPixel = (axis.endMs - axis.startMs) / Math.max(1, axis.width);
    return moved(now, end, start.atMs + (event.clientX - start.startX) * perPixel, bar);
  };
  return (
    <div
      class="range-handle"
      data-end={end}
      role="slider"
      tabIndex={0}
      aria-label={NAMES[end]}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.ceil(Math.max(view.current?.limits.endMs ?? 0, timeMs))}
      aria-valuenow={Math.round(timeMs)}
      aria-valuetext={clock.at(timeMs)}
      title={NAMES[end]}
      onKeyDown={(event) => {
        const [bar, now] = [view.current, range.peek()];
        if (bar === null || now === null) return;
        const wanted = keyTarget(event, timeMs, bar);
        if (wanted === undefined) return;
        event.preventDefault();
        onRange(moved(now, end, wanted, bar), 'replace');
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { startX: event.clientX, atMs: timeMs, isMoved: false };
      }}
      onPointerMove={(event) => {
        const wanted = target(event);
        if (wanted !== null) onDragRange(wanted);
      }}
      onPointerUp={(event) => {
        const [wanted, bar] = [target(event), view.current];
        const isClick = drag.current?.isMoved === false;
        drag.current = null;
        if (wanted !== null) onRange(wanted, 'push');
        else if (isClick && bar !== null) onLook(bar.momentAt(bar.placeAt(timeMs)));
      }}
      onPointerCancel={() => {
        const now = range.peek();
        drag.current = null;
        if (now !== null) onRange(now, 'push');
      }}
    />
  );
}

/** To lie over the bar's canvas. */
export function RangeHandles(
  props: RangeHandlesProps & Pick<HandleProps, 'view'>,
): JSX.Element | null {
  if (props.range.value === null) return null;
  return (
    <>
      <Handle {...props} end="from" />
      <Handle {...props} end="to" />
    </>
  );
}
