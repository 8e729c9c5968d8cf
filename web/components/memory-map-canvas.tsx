// The canvas of the memory map: what it shows, and what its keys and its pointers do.

import type { JSX } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import type { Place } from '../canvas/pointed.ts';
import { MemoryView, type MemoryContent, type MemoryPorts } from '../memory-map/memory-view.ts';
import { MapStage } from './map-stage.tsx';

const PAN_PX = 60;

export interface MemoryMapCanvasProps extends MemoryPorts {
  readonly content: MemoryContent | null;
  /** The map as a sentence. */
  readonly label: string;
  readonly onView: (view: MemoryView | null) => void;
  readonly onPoint: (page: number | null) => void;
  readonly onPick: (page: number) => void;
}

function keysOf(view: MemoryView): Readonly<Record<string, () => void>> {
  return {
    a: () => view.drag(PAN_PX, 0),
    ArrowLeft: () => view.drag(PAN_PX, 0),
    d: () => view.drag(-PAN_PX, 0),
    ArrowRight: () => view.drag(-PAN_PX, 0),
    ArrowUp: () => view.drag(0, PAN_PX),
    ArrowDown: () => view.drag(0, -PAN_PX),
  };
}

export function MemoryMapCanvas(props: MemoryMapCanvasProps): JSX.Element {
  const { onNextFrame, content, onView, onPoint, onPick } = props;
  const view = useRef<MemoryView | null>(null);
  const make = useCallback(
    (canvas: HTMLCanvasElement) => new MemoryView(canvas, { onNextFrame, onPoint }),
    [onNextFrame, onPoint],
  );
  const onMade = useCallback(
    (made: MemoryView | null) => {
      view.current = made;
      onView(made);
    },
    [onView],
  );
  const pick = useCallback(
    (page: number | null) => {
      if (page !== null) onPick(page);
    },
    [onPick],
  );
  const onClick = useCallback((own: MemoryView, { x, y }: Place) => pick(own.pageAt(x, y)), [pick]);
  useLayoutEffect(() => view.current?.show(content), [content]);
  return (
    <MapStage
      kind="memory"
      label={props.label}
      make={make}
      onView={onMade}
      onPick={onClick}
      onEnter={(own) => pick(own.marked)}
      keys={keysOf}
    />
  );
}
