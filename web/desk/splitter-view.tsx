// A border between panes: dragged, or moved by the arrow keys.

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Desk } from './desk.ts';
import type { Splitter } from './geometry.ts';
import { WHOLE } from './layout.ts';
import { rectStyle } from './rect-style.ts';

/** What one press of a key moves, and one with Shift, in parts of `WHOLE`. */
const STEP = 20;
const FAR = 100;

/** How far a key moves the border; undefined for keys that do not. */
function stepOf({ key, shiftKey }: KeyboardEvent, splitter: Splitter): number | undefined {
  const step = shiftKey ? FAR : STEP;
  if (key === 'Home') return -WHOLE;
  if (key === 'End') return WHOLE;
  const [less, more] =
    splitter.kind === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  if (key === less) return -step;
  return key === more ? step : undefined;
}

export interface SplitterViewProps {
  readonly desk: Desk;
  readonly splitter: Splitter;
  readonly label: string;
}

export function SplitterView({ desk, splitter, label }: SplitterViewProps): JSX.Element {
  const { kind, path, index, rect, at, from, to } = splitter;
  const dragged = useRef<{ readonly pointer: number; readonly offset: number } | null>(null);
  const isRow = kind === 'row';
  /** Where a pointer is in the row or column, in parts of `WHOLE`. */
  const partAt = (event: PointerEvent, element: Element): number => {
    const area = element.closest('.layout')?.getBoundingClientRect();
    if (area === undefined) return at;
    return isRow
      ? (((event.clientX - area.left) / area.width - rect.left) / rect.width) * WHOLE
      : (((event.clientY - area.top) / area.height - rect.top) / rect.height) * WHOLE;
  };
  const place = at / WHOLE;
  return (
    <div
      class="splitter"
      data-kind={kind}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={isRow ? 'vertical' : 'horizontal'}
      aria-valuenow={at}
      aria-valuemin={from}
      aria-valuemax={to}
      title="Drag, or use the arrow keys"
      style={rectStyle(
        isRow
          ? { ...rect, left: rect.left + rect.width * place, width: 0 }
          : { ...rect, top: rect.top + rect.height * place, height: 0 },
      )}
      onKeyDown={(event) => {
        const step = stepOf(event, splitter);
        if (step === undefined) return;
        event.preventDefault();
        desk.resize(path, index, step);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const offset = partAt(event, event.currentTarget) - at;
        dragged.current = { pointer: event.pointerId, offset };
      }}
      onPointerMove={(event) => {
        const drag = dragged.current;
        if (drag?.pointer !== event.pointerId) return;
        desk.resize(path, index, partAt(event, event.currentTarget) - drag.offset - at);
      }}
      onLostPointerCapture={() => {
        dragged.current = null;
      }}
    />
  );
}
