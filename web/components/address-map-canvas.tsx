// The canvas of the address space map: gives the view its size, its theme and what it shows, and its pointers and keys.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { DragZoom } from '../canvas/drag-zoom.ts';
import type { MapPart } from '../address-map/hit.ts';
import type { MapLayout } from '../address-map/layout.ts';
import { MapView, type MapContent, type MapPorts } from '../address-map/map-view.ts';
import { theme } from '../theme.ts';
import { MAP_KEYS, ZOOM_STEP } from './map-tools.tsx';

const PAN_PART = 8;

export interface AddressMapCanvasProps extends MapPorts {
  readonly content: MapContent | null;
  /** The map as a sentence. */
  readonly label: string;
  readonly onView: (view: MapView | null) => void;
  /** Told of each layout that is drawn; null where nobody asks. */
  readonly onLayout: ((layout: MapLayout) => void) | null;
  readonly onPoint: (part: MapPart | null) => void;
  readonly onPick: (part: MapPart | null) => void;
}

/** What a key does; undefined for one that is none of the map's. */
function keyOf(view: MapView, { key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  const step = (view.layout?.window.width ?? 0) / PAN_PART;
  if (shiftKey && key === 'ArrowRight') return () => view.step(1);
  if (shiftKey && key === 'ArrowLeft') return () => view.step(-1);
  const keys: Readonly<Record<string, () => void>> = {
    w: () => view.zoom(1 / ZOOM_STEP),
    '+': () => view.zoom(1 / ZOOM_STEP),
    '=': () => view.zoom(1 / ZOOM_STEP),
    ArrowUp: () => view.zoom(1 / ZOOM_STEP),
    s: () => view.zoom(ZOOM_STEP),
    '-': () => view.zoom(ZOOM_STEP),
    ArrowDown: () => view.zoom(ZOOM_STEP),
    a: () => view.pan(-step),
    ArrowLeft: () => view.pan(-step),
    d: () => view.pan(step),
    ArrowRight: () => view.pan(step),
    Home: () => view.showWhole(),
  };
  return keys[key];
}

export function AddressMapCanvas(props: AddressMapCanvasProps): JSX.Element {
  const { now, onNextFrame, content, label, onView, onLayout, onPoint, onPick } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MapView | null>(null);
  const currentTheme = theme.value;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = new MapView(element, { now, onNextFrame });
    view.current = own;
    onView(own);
    const resize = new ResizeObserver(() => own.resize(element.clientWidth, element.clientHeight));
    resize.observe(element);
    const pointers = new DragZoom({
      onDrag: (dx) => own.pan(-dx),
      onZoom: (factor, x) => own.zoom(factor, x),
      onPick: (x, y) => onPick(own.partAt(x, y)),
      onPoint: (place) => onPoint(place === null ? null : own.partAt(place.x, place.y)),
    });
    const stop = pointers.listen(element);
    return () => {
      stop();
      resize.disconnect();
      own.dispose();
      view.current = null;
      onView(null);
    };
  }, [now, onNextFrame, onView, onPoint, onPick]);
  useEffect(() => view.current?.recolor(), [currentTheme]);
  useLayoutEffect(() => view.current?.show(content), [content]);
  useLayoutEffect(() => view.current?.tell(onLayout), [onLayout]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const own = view.current;
    if (own === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      onPick(own.marked);
      return;
    }
    const act = keyOf(own, event);
    if (act === undefined) return;
    event.preventDefault();
    act();
    onPoint(own.marked);
  };
  return (
    <div
      class="map-stage"
      role="group"
      tabIndex={0}
      aria-label={label}
      aria-keyshortcuts={MAP_KEYS}
      onKeyDown={onKeyDown}
      onBlur={() => {
        view.current?.leave();
        onPoint(null);
      }}
    >
      <canvas
        ref={canvas}
        class="map-canvas"
        onDblClick={(event) => {
          const part = view.current?.partAt(event.offsetX, event.offsetY);
          if (part?.kind === 'crowd') view.current?.showRange(part);
          if (part?.kind !== 'mapping') return;
          const { virtStart: start, virtEnd: end } = part.mapping;
          view.current?.showRange({ start, end });
        }}
      />
    </div>
  );
}
