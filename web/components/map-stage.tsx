// The canvas of a map: gives the view its size, its theme, its pointers and its keys.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { DragZoom } from '../canvas/drag-zoom.ts';
import type { Place } from '../canvas/pointed.ts';
import { theme } from '../theme.ts';
import { ZOOM_STEP } from './zoom-buttons.tsx';

export const MAP_KEYS = 'W S A D + - Home Shift+ArrowRight Shift+ArrowLeft Enter';

/** What draws a map. */
export interface StageView {
  readonly resize: (width: number, height: number) => void;
  readonly recolor: () => void;
  readonly dispose: () => void;
  /** The map is moved under the pointer. */
  readonly drag: (dx: number, dy: number) => void;
  /** Shows `factor` times as much around a place; returns whether that changes anything. */
  readonly zoom: (factor: number, x?: number, y?: number) => boolean;
  readonly showWhole: () => void;
  /** Where the pointer is; null when it has left. */
  readonly point: (place: Place | null) => void;
  /** Puts the keyboard's mark on the next thing, or the one before. */
  readonly step: (by: 1 | -1) => void;
  /** Takes the keyboard's mark away. */
  readonly leave: () => void;
}

export interface MapStageProps<View extends StageView> {
  /** Makes what draws on a canvas. Another function makes another view. */
  readonly make: (canvas: HTMLCanvasElement) => View;
  /** The map as a sentence. */
  readonly label: string;
  readonly kind: 'address' | 'memory';
  /** Null when it is gone. */
  readonly onView: (view: View | null) => void;
  /** A click at a place. */
  readonly onPick: (view: View, place: Place) => void;
  /** Enter, at the keyboard's mark. */
  readonly onEnter: (view: View) => void;
  /** What keys do beside zooming, stepping and showing all. */
  readonly keys: (view: View) => Readonly<Record<string, () => void>>;
  readonly onDoubleClick?: (view: View, place: Place) => void;
}

/** What a key does on every map; undefined for another one. */
function commonKey(view: StageView, { key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  if (shiftKey && key === 'ArrowRight') return () => view.step(1);
  if (shiftKey && key === 'ArrowLeft') return () => view.step(-1);
  const [closer, farther] = [() => view.zoom(1 / ZOOM_STEP), () => view.zoom(ZOOM_STEP)];
  const keys: Readonly<Record<string, () => unknown>> = {
    w: closer,
    '+': closer,
    '=': closer,
    s: farther,
    '-': farther,
    Home: () => view.showWhole(),
  };
  const act = keys[key];
  return act === undefined ? undefined : () => void act();
}

export function MapStage<View extends StageView>(props: MapStageProps<View>): JSX.Element {
  const { make, label, kind, onView, onPick, onDoubleClick } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View | null>(null);
  const currentTheme = theme.value;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = make(element);
    view.current = own;
    onView(own);
    const resize = new ResizeObserver(() => own.resize(element.clientWidth, element.clientHeight));
    resize.observe(element);
    const pointers = new DragZoom({
      onDrag: (dx, dy) => own.drag(dx, dy),
      onZoom: (factor, x, y) => own.zoom(factor, x, y),
      onPick: (x, y) => onPick(own, { x, y }),
      onPoint: (place) => own.point(place),
    });
    const stop = pointers.listen(element);
    return () => {
      stop();
      resize.disconnect();
      own.dispose();
      view.current = null;
      onView(null);
    };
  }, [make, onView, onPick]);
  useEffect(() => view.current?.recolor(), [currentTheme]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const own = view.current;
    if (own === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const act =
      event.key === 'Enter'
        ? () => props.onEnter(own)
        : (commonKey(own, event) ?? props.keys(own)[event.key]);
    if (act === undefined) return;
    event.preventDefault();
    // The keyboard's mark is read from now on, wherever the pointer rests
    own.point(null);
    act();
  };
  return (
    <div
      class={`map-stage ${kind}-stage`}
      role="group"
      tabIndex={0}
      aria-label={label}
      aria-keyshortcuts={MAP_KEYS}
      onKeyDown={onKeyDown}
      onBlur={() => view.current?.leave()}
    >
      <canvas
        ref={canvas}
        class="map-canvas"
        onDblClick={(event) => {
          const place = { x: event.offsetX, y: event.offsetY };
          if (view.current !== null) onDoubleClick?.(view.current, place);
        }}
      />
    </div>
  );
}
