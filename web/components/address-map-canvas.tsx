// The canvas of the address space map: what it shows, and what its keys and its pointers do.

import type { JSX } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import type { Place } from '../canvas/pointed.ts';
import type { MapPart } from '../address-map/hit.ts';
import type { MapLayout } from '../address-map/layout.ts';
import { MapView, type MapContent, type MapPorts } from '../address-map/map-view.ts';
import { MapStage } from './map-stage.tsx';
import { ZOOM_STEP } from './zoom-buttons.tsx';

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

function keysOf(view: MapView): Readonly<Record<string, () => void>> {
  const step = (view.layout?.window.width ?? 0) / PAN_PART;
  return {
    ArrowUp: () => void view.zoom(1 / ZOOM_STEP),
    ArrowDown: () => void view.zoom(ZOOM_STEP),
    a: () => view.pan(-step),
    ArrowLeft: () => view.pan(-step),
    d: () => view.pan(step),
    ArrowRight: () => view.pan(step),
  };
}

function showPart(view: MapView, { x, y }: Place): void {
  const part = view.partAt(x, y);
  if (part?.kind === 'crowd') view.showRange(part);
  if (part?.kind !== 'mapping') return;
  const { virtStart: start, virtEnd: end } = part.mapping;
  view.showRange({ start, end });
}

export function AddressMapCanvas(props: AddressMapCanvasProps): JSX.Element {
  const { now, onNextFrame, content, onView, onLayout, onPoint, onPick } = props;
  const view = useRef<MapView | null>(null);
  const make = useCallback(
    (canvas: HTMLCanvasElement) => new MapView(canvas, { now, onNextFrame, onPoint }),
    [now, onNextFrame, onPoint],
  );
  const onMade = useCallback(
    (made: MapView | null) => {
      view.current = made;
      onView(made);
    },
    [onView],
  );
  const onClick = useCallback(
    (own: MapView, { x, y }: Place) => onPick(own.partAt(x, y)),
    [onPick],
  );
  useLayoutEffect(() => view.current?.show(content), [content]);
  useLayoutEffect(() => view.current?.tell(onLayout), [onLayout]);
  return (
    <MapStage
      kind="address"
      label={props.label}
      make={make}
      onView={onMade}
      onPick={onClick}
      onEnter={(own) => onPick(own.marked)}
      keys={keysOf}
      onDoubleClick={showPart}
    />
  );
}
