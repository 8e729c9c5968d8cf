// The part of a long list that is on the screen: lists of thousands are rendered a screen at a time.

import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows rendered beyond each edge, so that scrolling shows no holes. */
const OVERSCAN = 6;

export interface RowWindow {
  /** Index of the first row to render, and of the row after the last. */
  readonly first: number;
  readonly end: number;
  /** Space of the rows left out, in CSS pixels. */
  readonly spaceBefore: number;
  readonly spaceAfter: number;
}

/** Window of a list of `count` rows for a viewport of `height` scrolled to `top`; all in CSS pixels. */
export function computeRowWindow(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): RowWindow {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - OVERSCAN);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  return {
    first,
    end: Math.max(first, end),
    spaceBefore: first * rowHeight,
    spaceAfter: Math.max(0, count - Math.max(first, end)) * rowHeight,
  };
}

/**
 * The window of a scrolling element, kept up to date as it scrolls and changes size. `isAtEnd`: it is kept at its end, so
 * the last rows are rendered, wherever the element was when it was looked at last.
 */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  isAtEnd = false,
): RowWindow {
  const [view, setView] = useState({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resize.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller]);
  const top = isAtEnd ? Math.max(0, count * rowHeight - view.height) : view.top;
  return computeRowWindow(count, rowHeight, top, view.height);
}
