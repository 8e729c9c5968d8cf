// Dragging a pane by its head or its tab to another place. Escape leaves it where it is.

import type { Desk } from './desk.ts';
import { targetAt, targetRect } from './geometry.ts';
import type { Target } from './layout.ts';

/** A click moves less. */
const SLOP_PX = 6;
/** What of a head is there to be used. */
const USED = 'button:not([role=tab]), a, input, select, summary, label';

/** To be called when a pointer goes down on the head or the tab of a pane. */
export function grab(event: PointerEvent, desk: Desk, pane: string): void {
  const { target, clientX, clientY, pointerId, button } = event;
  if (button !== 0 || !(target instanceof Element) || target.closest(USED) !== null) return;
  const area = target.closest('.layout');
  if (area === null) return;
  let wanted: Target | null = null;
  let isMoving = false;

  const onMove = (moved: PointerEvent): void => {
    if (moved.pointerId !== pointerId) return;
    const distance = Math.hypot(moved.clientX - clientX, moved.clientY - clientY);
    if (!isMoving && distance < SLOP_PX) return;
    isMoving = true;
    const { left, top, width, height } = area.getBoundingClientRect();
    const layout = desk.layout.peek();
    wanted = targetAt(layout, pane, (moved.clientX - left) / width, (moved.clientY - top) / height);
    desk.setDrag({ pane, rect: wanted === null ? null : targetRect(layout, wanted) });
    moved.preventDefault();
  };
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
    desk.setDrag(null);
  };
  const { signal } = stop;
  addEventListener('pointermove', onMove, { signal });
  addEventListener(
    'pointerup',
    (up) => {
      if (up.pointerId !== pointerId) return;
      end();
      if (wanted !== null) desk.put(pane, wanted);
    },
    { signal },
  );
  addEventListener('pointercancel', end, { signal });
  addEventListener(
    'keydown',
    (key) => {
      if (key.key !== 'Escape' || !isMoving) return;
      key.preventDefault();
      end();
    },
    { signal, capture: true },
  );
}
