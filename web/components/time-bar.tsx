// The time bar: what happened when, and which moment of it the page shows. A canvas for the eyes, a slider for the keyboard, a
// table for those who want it.

import { signal, useComputed, type ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { rangeBetween, type TimeRange } from '../../src/trace/record/time-range.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { formatExact } from '../format/quantity.ts';
import { theme } from '../theme.ts';
import { BarView, type BarSource } from '../timebar/bar-view.ts';
import type { Lanes } from '../timebar/lanes.ts';
import { BarPointer } from './bar-pointer.ts';
import { BarTable, BAR_LANES } from './bar-table.tsx';
import { useClock } from './clock-context.ts';
import { useMomentKeys, type MomentKeys } from './moment-keys.ts';
import { MomentStrip, type MomentStripProps } from './moment-strip.tsx';
import { placeHandles, RangeHandles, type RangeHandlesProps } from './range-handles.tsx';
import { RangeRow, type RangeRowProps } from './range-row.tsx';
import { ZOOM_STEP, ZoomButtons } from './zoom-buttons.tsx';

const PAN_PX = 80;
const ZOOM_TITLES = {
  farther: 'Zoom out (S)',
  closer: 'Zoom in (W); A and D move',
  whole: 'Show all of the time',
} as const;
/** Parts of what is shown that a large step moves by. */
const LARGE_STEPS = 10;

export interface TimeBarProps
  extends MomentStripProps, RangeRowProps, Pick<RangeHandlesProps, 'onDragRange'> {
  readonly history: () => History | undefined;
  /** Another value for each frame with something new. */
  readonly frame: ReadonlySignal<number>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Looks at a moment on the way to others. */
  readonly onScrub: (sequence: number | null) => void;
}

function LaneNames(): JSX.Element {
  return (
    <div class="bar-names" aria-hidden="true">
      {BAR_LANES.map(([name, title]) => (
        <span title={title}>{name}</span>
      ))}
    </div>
  );
}

interface ToolsProps {
  readonly view: () => BarView | null;
  readonly onTable: () => void;
  readonly onRange: () => void;
}

function Tools({ view, onTable, onRange }: ToolsProps): JSX.Element {
  return (
    <div class="moment-steps" role="group" aria-label="Zoom the time bar">
      <ZoomButtons view={view} titles={ZOOM_TITLES} />
      <button
        type="button"
        class="button button-small"
        title="Make a range of what is shown (R); or drag over the time bar"
        onClick={onRange}
      >
        Range
      </button>
      <button
        type="button"
        class="button button-small"
        aria-label="Table of the time bar"
        title="What the time bar shows, as a table"
        onClick={onTable}
      >
        Table
      </button>
    </div>
  );
}

/** Where a key leads from here; undefined for one that is none of the slider's. */
function stepOf(props: TimeBarProps, view: BarView | null, key: string): (() => void) | undefined {
  const { onStep, onLook, onScrub, looking } = props;
  const history = props.history();
  const moment = looking.value;
  const large = (by: 1 | -1): void => {
    if (view === null || history === undefined) return;
    const { axis } = view;
    const timeMs = moment.kind === 'past' ? moment.views.timeMs : axis.endMs;
    const step = (by * (axis.endMs - axis.startMs)) / LARGE_STEPS;
    onScrub(view.momentAtTime(timeMs + step));
  };
  const steps: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => onStep(-1),
    ArrowDown: () => onStep(-1),
    ArrowRight: () => onStep(1),
    ArrowUp: () => onStep(1),
    PageDown: () => large(-1),
    PageUp: () => large(1),
    Home: () => onLook(history?.record.firstSequence ?? null),
    End: () => onLook(null),
  };
  return steps[key];
}

interface CanvasProps {
  readonly props: TimeBarProps;
  readonly onView: (view: BarView | null) => void;
  readonly onPaint: () => void;
}

function BarCanvas({ props, onView, onPaint }: CanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = useRef<{ readonly view: BarView; readonly pointer: BarPointer } | null>(null);
  const { looking, latest, clock, info, frame, range, history } = props;
  const { onLook, onScrub, onRange, onDragRange } = props;
  const currentTheme = theme.value;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const source: BarSource = {
      history,
      nowMs: () => clock.peek().ranMs,
      pastMs: () => {
        const moment = looking.peek();
        return moment.kind === 'past' ? moment.views.timeMs : null;
      },
      memoryBytes: () => info.peek()?.memoryBytes ?? 0,
      endpoints: () => info.peek()?.endpoints.map(({ id }) => id) ?? [],
      range: () => range.peek(),
      onPaint,
    };
    const view = new BarView(element, source);
    const pointer = new BarPointer(view, { onLook, onScrub, onRange, onDrag: onDragRange });
    bar.current = { view, pointer };
    onView(view);
    const resize = new ResizeObserver(() => view.resize(element.clientWidth, element.clientHeight));
    resize.observe(element);
    const onWheel = (event: WheelEvent): void => pointer.wheel(event, event.offsetX);
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      resize.disconnect();
      element.removeEventListener('wheel', onWheel);
      view.dispose();
      bar.current = null;
      onView(null);
    };
  }, [
    history,
    clock,
    looking,
    info,
    range,
    onLook,
    onScrub,
    onRange,
    onDragRange,
    onView,
    onPaint,
  ]);
  useLayoutEffect(() => bar.current?.view.recolor(), [currentTheme]);
  // Not by `useSignalEffect`, which waits for a frame of its own
  useLayoutEffect(() => {
    const stops = [looking, range].map((each) => each.subscribe(() => bar.current?.view.request()));
    stops.push(
      frame.subscribe(() => bar.current?.view.draw()),
      // By then what the same news brought has asked for its frame, in which all is drawn
      clock.subscribe(() => queueMicrotask(() => bar.current?.view.passTime())),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [frame, looking, range, clock]);

  const moment = looking.value;
  const last = latest.value;
  const now = moment.kind === 'past' ? moment.views.sequence : last;
  const time = useComputed(() => {
    const { value } = looking;
    return value.kind === 'past' ? value.views.timeMs : clock.value.ranMs;
  });
  const words = useClock();
  const text = `event #${formatExact(now)} of ${formatExact(last)}`;
  const pointer = (): BarPointer | undefined => bar.current?.pointer;
  return (
    <div
      class="bar-slider"
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={now}
      aria-valuetext={`${text}, ${words.isTime ? `${words.at(time.peek())}, ` : ''}${moment.kind === 'past' ? 'past' : 'live'}`}
      aria-keyshortcuts="W S A D , . [ ] L"
      onKeyDown={(event) => {
        const step = stepOf(props, bar.current?.view ?? null, event.key);
        if (step === undefined) return;
        event.preventDefault();
        step();
      }}
    >
      <canvas
        ref={canvas}
        class="bar-canvas"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pointer()?.down(event, event.offsetX);
        }}
        onPointerMove={(event) => pointer()?.move(event, event.offsetX)}
        onPointerUp={(event) => pointer()?.up(event, event.offsetX)}
        onPointerCancel={(event) => pointer()?.cancel(event)}
        onPointerLeave={() => pointer()?.leave()}
      />
    </div>
  );
}

/** The stretch of time that a bar shows. */
function shownRange(view: BarView): TimeRange {
  const { axis, limits } = view;
  return rangeBetween(Math.max(0, axis.startMs), Math.min(axis.endMs, limits.endMs));
}

export function TimeBar(props: TimeBarProps): JSX.Element {
  const { onLook, range, onRange, looking } = props;
  const view = useRef<BarView | null>(null);
  const plot = useRef<HTMLDivElement>(null);
  const painted = useMemo(() => signal(0), []);
  const [lanes, setLanes] = useState<Lanes | null>(null);
  const onView = useMemo(
    () => (made: BarView | null) => {
      view.current = made;
    },
    [],
  );
  const onPaint = useMemo(
    () => () => {
      const chosen = range.peek();
      if (view.current === null || chosen === null) return;
      placeHandles(plot.current, view.current, chosen);
      painted.value += 1;
    },
    [range, painted],
  );
  const onShown = useMemo(
    () => () => {
      if (view.current !== null) onRange(shownRange(view.current), 'push');
    },
    [onRange],
  );
  const keys = useMemo(
    (): MomentKeys => ({
      w: () => view.current?.zoom(1 / ZOOM_STEP),
      s: () => view.current?.zoom(ZOOM_STEP),
      a: () => view.current?.pan(-PAN_PX),
      d: () => view.current?.pan(PAN_PX),
      r: onShown,
      Escape: () => {
        if (range.peek() === null) onLook(null);
        else onRange(null, 'push');
      },
    }),
    [onRange, onShown, onLook, range],
  );
  useMomentKeys(keys);
  const moment = looking.value;
  const pastMs = moment.kind === 'past' ? moment.views.timeMs : null;
  return (
    <section class="time-bar" aria-label="Time" data-moment={moment.kind}>
      <RangeRow {...props} view={view} painted={painted} pastMs={pastMs} />
      <MomentStrip
        {...props}
        tools={
          <Tools
            view={() => view.current}
            onTable={() => setLanes(view.current?.lanes ?? null)}
            onRange={onShown}
          />
        }
      />
      <div class="bar-body">
        <LaneNames />
        <div class="bar-plot" ref={plot}>
          <BarCanvas props={props} onView={onView} onPaint={onPaint} />
          <RangeHandles {...props} view={view} />
        </div>
      </div>
      {lanes === null ? null : (
        <BarTable
          lanes={lanes}
          onLook={(sequence) => {
            setLanes(null);
            onLook(sequence);
          }}
          onClose={() => setLanes(null)}
        />
      )}
    </section>
  );
}
