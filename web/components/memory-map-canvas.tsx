// The canvas of the memory map: gives the view its size, its theme and what it shows, and its pointers and keys.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { DragZoom } from '../canvas/drag-zoom.ts';
import { MemoryView, type MemoryContent, type MemoryPorts } from '../memory-map/memory-view.ts';
import { theme } from '../theme.ts';
import { MAP_KEYS, ZOOM_STEP } from './map-tools.tsx';

const PAN_PX = 60;

export interface MemoryMapCanvasProps extends MemoryPorts {
  readonly content: MemoryContent | null;
  /** The map as a sentence. */
  readonly label: string;
  readonly onView: (view: MemoryView | null) => void;
  readonly onPoint: (page: number | null) => void;
  readonly onPick: (page: number) => void;
}

/** What a key does; undefined for one that is none of the map's. */
function keyOf(view: MemoryView, { key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  if (shiftKey && key === 'ArrowRight') return () => view.step(1);
  if (shiftKey && key === 'ArrowLeft') return () => view.step(-1);
  const keys: Readonly<Record<string, () => void>> = {
    w: () => view.zoom(1 / ZOOM_STEP),
    '+': () => view.zoom(1 / ZOOM_STEP),
    '=': () => view.zoom(1 / ZOOM_STEP),
    s: () => view.zoom(ZOOM_STEP),
    '-': () => view.zoom(ZOOM_STEP),
    a: () => view.pan(PAN_PX, 0),
    ArrowLeft: () => view.pan(PAN_PX, 0),
    d: () => view.pan(-PAN_PX, 0),
    ArrowRight: () => view.pan(-PAN_PX, 0),
    ArrowUp: () => view.pan(0, PAN_PX),
    ArrowDown: () => view.pan(0, -PAN_PX),
    Home: () => view.showWhole(),
  };
  return keys[key];
}

export function MemoryMapCanvas(props: MemoryMapCanvasProps): JSX.Element {
  const { onNextFrame, content, label, onView, onPoint, onPick } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MemoryView | null>(null);
  const currentTheme = theme.value;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = new MemoryView(element, { onNextFrame });
    view.current = own;
    onView(own);
    const resize = new ResizeObserver(() => own.resize(element.clientWidth, element.clientHeight));
    resize.observe(element);
    const pointers = new DragZoom({
      onDrag: (dx, dy) => own.pan(dx, dy),
      onZoom: (factor, x, y) => own.zoom(factor, x, y),
      onPick: (x, y) => {
        const page = own.pageAt(x, y);
        if (page !== null) onPick(page);
      },
      onPoint: (place) => onPoint(place === null ? null : own.pageAt(place.x, place.y)),
    });
    const stop = pointers.listen(element);
    return () => {
      stop();
      resize.disconnect();
      own.dispose();
      view.current = null;
      onView(null);
    };
  }, [onNextFrame, onView, onPoint, onPick]);
  useEffect(() => view.current?.recolor(), [currentTheme]);
  useLayoutEffect(() => view.current?.show(content), [content]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const own = view.current;
    if (own === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { marked } = own;
    const act = event.key === 'Enter' && marked !== null ? () => onPick(marked) : keyOf(own, event);
    if (act === undefined) return;
    event.preventDefault();
    act();
    onPoint(own.marked);
  };
  return (
    <div
      class="map-stage memory-stage"
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
      <canvas ref={canvas} class="map-canvas" />
    </div>
  );
}
