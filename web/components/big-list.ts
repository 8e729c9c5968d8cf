// Scrolls a list of any length: the browser's own scroll bar beside rows that stay in sight whatever it does, so that nothing is
// ever blank while it moves.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  AT_END,
  barHeight,
  barMoved,
  barTop,
  isScaled,
  movedBy,
  windowAt,
  type ListSize,
  type ListWindow,
  type Place,
} from '../events/list-place.ts';
import type { Rows } from '../events/row-list.ts';

/** Nobody is scrolling any more when the scroll bar has stood still for so long. */
const SETTLE_MS = 160;
/** While the end is followed, the scroll bar is made anew when what it scrolls is so much longer. */
const LONGER = 1.1;

export interface BigList {
  /** The element that scrolls. */
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Its last child, which gives the scroll bar something to scroll. */
  readonly sizer: RefObject<HTMLDivElement | null>;
  readonly size: ListSize;
  /** Width for the rows in CSS pixels. */
  readonly width: number;
  readonly place: Place;
  readonly window: ListWindow;
  readonly setPlace: (place: Place) => void;
}

/** What listeners need of the latest rendering. */
interface Latest {
  rows: Rows;
  place: Place;
  size: ListSize;
  headHeight: number;
}

/** Where the scroll bar stands, and the height of what it scrolls, as they were set or seen last. */
class ScrollBar {
  top = 0;
  height = 0;
  /** Height that the sizer has. */
  sizer = 0;
  /** Height of the element that scrolls, as it was measured. */
  seen = 0;
  timer: ReturnType<typeof setTimeout> | undefined;

  get isMoving(): boolean {
    return this.timer !== undefined;
  }

  /** Makes it fit. Sets nothing that fits already: each costs a layout of the page. */
  fit(element: HTMLElement, sizer: HTMLElement, latest: Latest): void {
    const { rows, place, size, headHeight } = latest;
    const height = Math.max(size.height, barHeight(rows, size));
    const isFollowing = place.kind === 'end';
    let isEnough =
      isFollowing && this.height > size.height && height >= this.height
        ? height < this.height * LONGER
        : height === this.height;
    if (!isEnough) {
      this.height = height;
    }
    const wanted = this.height + headHeight;
    if (wanted !== this.sizer) {
      this.sizer = wanted;
      sizer.style.height = `${wanted}px`;
      isEnough = false;
    }
    if (this.isMoving) return;
    const top = barTop(rows, place, size, this.height);
    if (isEnough && Math.abs(top - this.top) <= 1) return;
    element.scrollTop = top;
    this.top = element.scrollTop;
  }
}

/** Rows that are made for a list that has not been measured yet, or is hidden. */
const UNMEASURED = 10;

/** `headHeight`: what stands above the rows, and stays. */
export function useBigList(rows: Rows, rowHeight: number, headHeight: number): BigList {
  const scroller = useRef<HTMLDivElement>(null);
  const sizer = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>(AT_END);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const isMeasured = box.height > 0;
  const height = isMeasured ? Math.max(0, box.height - headHeight) : UNMEASURED * rowHeight;
  const size = { height, rowHeight };
  const bar = useRef(new ScrollBar());
  const latest = useRef<Latest>({ rows, place, size, headHeight });
  latest.current = { rows, place, size, headHeight };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      bar.current.seen = element.clientHeight;
      setBox({ width: element.clientWidth, height: element.clientHeight });
    };
    const fit = (): void => {
      bar.current.timer = undefined;
      if (sizer.current !== null) bar.current.fit(element, sizer.current, latest.current);
    };
    const move = (next: Place): void => {
      latest.current.place = next;
      setPlace(next);
    };
    const onScroll = (): void => {
      // A list that became higher or lower has its scroll bar moved by the browser
      if (element.clientHeight !== bar.current.seen) return;
      const to = element.scrollTop;
      const { top: from, height } = bar.current;
      if (to === from) return;
      bar.current.top = to;
      clearTimeout(bar.current.timer);
      bar.current.timer = setTimeout(fit, SETTLE_MS);
      const { rows: all, place: before, size: now } = latest.current;
      const isAtEnd = to >= element.scrollHeight - element.clientHeight - 1;
      if (before.kind === 'end' && isAtEnd) return;
      move(
        isAtEnd && !isScaled(all, now) ? AT_END : barMoved(all, before, { from, to, height }, now),
      );
    };
    const onWheel = (event: WheelEvent): void => {
      const { rows: all, place: before, size: now } = latest.current;
      if (event.ctrlKey || event.shiftKey || !isScaled(all, now)) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? now.rowHeight : event.deltaMode === 2 ? now.height : 1;
      move(movedBy(all, before, event.deltaY * unit, now));
    };
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      clearTimeout(bar.current.timer);
      resize.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
  useLayoutEffect(() => {
    if (scroller.current === null || sizer.current === null || !isMeasured) return;
    bar.current.fit(scroller.current, sizer.current, latest.current);
  });
  const window = windowAt(rows, place, size);
  return { scroller, sizer, size, width: box.width, place, window, setPlace };
}
