// Which part of a long list is on the screen. Browsers stop at some 17 million pixels of height, so the place is a row and not a
// pixel of the page; the scroll bar beside it has a height that is bounded, and moves the list exactly wherever it is moved a little.
//
// All lengths are in CSS pixels.

import type { RowKey, Rows } from './row-list.ts';

/** The end, whatever comes; or a row that stays where it is, so far below the upper edge (negative: above). */
export type Place =
  | { readonly kind: 'end' }
  | { readonly kind: 'row'; readonly key: RowKey; readonly below: number };

export interface ListSize {
  readonly height: number;
  readonly rowHeight: number;
}

export const AT_END: Place = { kind: 'end' };

/** Height of what the scroll bar scrolls, at most: half of what the browser with the lowest bound can do. */
export const MAX_BAR = 8_000_000;
/** A scroll bar that moves by more heights of the list than this at once is dragged, or clicked into. */
const NEAR_HEIGHTS = 4;
/** This close to the end counts as being there. */
const END_SLACK = 1;
/** Where a row is put that was out of sight, in parts of the height. */
const REVEAL_AT = 0.7;

/** What is seen. */
export interface ListWindow {
  /** Index of the first row that is seen, and of the row behind the last. */
  readonly first: number;
  readonly end: number;
  /** How much of the first row is above the upper edge. */
  readonly cut: number;
}

/** Height of all rows. */
function contentHeight({ count }: Rows, { rowHeight }: ListSize): number {
  return count * rowHeight;
}

/** How far the list can be scrolled. */
function mostTop(rows: Rows, size: ListSize): number {
  return Math.max(0, contentHeight(rows, size) - size.height);
}

/** How far it is scrolled. */
export function topOf(rows: Rows, place: Place, size: ListSize): number {
  const most = mostTop(rows, size);
  if (place.kind === 'end') return most;
  const top = rows.indexOf(place.key) * size.rowHeight - place.below;
  return Math.max(0, Math.min(most, top));
}

/** The place that is scrolled so far; the end where that is the end. */
export function placeAt(rows: Rows, wanted: number, size: ListSize): Place {
  const most = mostTop(rows, size);
  if (wanted >= most - END_SLACK) return AT_END;
  const top = Math.max(0, wanted);
  const first = Math.floor(top / size.rowHeight);
  const row = rows.row(first);
  return row === undefined
    ? AT_END
    : { kind: 'row', key: row, below: first * size.rowHeight - top };
}

/** The same rows, which stay from now on where they are. */
export function held(rows: Rows, place: Place, size: ListSize): Place {
  if (place.kind === 'row') return place;
  const { first, cut } = windowAt(rows, place, size);
  const row = rows.row(first);
  return row === undefined ? place : { kind: 'row', key: row, below: -cut };
}

/** What is seen there. */
export function windowAt(rows: Rows, place: Place, size: ListSize): ListWindow {
  const top = topOf(rows, place, size);
  const first = Math.floor(top / size.rowHeight);
  const end = Math.min(rows.count, Math.ceil((top + size.height) / size.rowHeight));
  return { first, end, cut: top - first * size.rowHeight };
}

/** So much further down. */
export function movedBy(rows: Rows, place: Place, distance: number, size: ListSize): Place {
  return placeAt(rows, topOf(rows, place, size) + distance, size);
}

/** Shows a row: where everything is, if it can be seen there. */
export function reveal(rows: Rows, place: Place, key: RowKey, size: ListSize): Place {
  const top = topOf(rows, place, size);
  const start = rows.indexOf(key) * size.rowHeight;
  if (start >= top && start + size.rowHeight <= top + size.height) return place;
  return { kind: 'row', key, below: Math.round(REVEAL_AT * (size.height - size.rowHeight)) };
}

/** Shows a row with as little movement as it takes. */
export function nudge(rows: Rows, place: Place, key: RowKey, size: ListSize): Place {
  const top = topOf(rows, place, size);
  const start = rows.indexOf(key) * size.rowHeight;
  if (start < top) return { kind: 'row', key, below: 0 };
  const lowest = size.height - size.rowHeight;
  return start > top + lowest ? { kind: 'row', key, below: lowest } : place;
}

/** Height of what the scroll bar scrolls. */
export function barHeight(rows: Rows, size: ListSize): number {
  return Math.min(contentHeight(rows, size), MAX_BAR);
}

/** Whether a step of the scroll bar is a larger one of the list. */
export function isScaled(rows: Rows, size: ListSize): boolean {
  return contentHeight(rows, size) > MAX_BAR;
}

/** Where the scroll bar stands for a place; `height` is that of what it scrolls. */
export function barTop(rows: Rows, place: Place, size: ListSize, height: number): number {
  const most = mostTop(rows, size);
  if (most === 0) return 0;
  return (topOf(rows, place, size) / most) * Math.max(0, height - size.height);
}

/** Where the list is when the scroll bar has been moved: exactly as far, or to that part of it. */
export function barMoved(
  rows: Rows,
  place: Place,
  bar: { readonly from: number; readonly to: number; readonly height: number },
  size: ListSize,
): Place {
  const distance = bar.to - bar.from;
  if (Math.abs(distance) <= NEAR_HEIGHTS * size.height) return movedBy(rows, place, distance, size);
  const part = bar.to / Math.max(1, bar.height - size.height);
  return placeAt(rows, part * mostTop(rows, size), size);
}
