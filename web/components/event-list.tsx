// The list of events: a row for each that is kept, of which those are made that are seen. It follows its end until a person
// scrolls or chooses a row, and then stands still until told to go on.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AT_END, held, movedBy, nudge, placeAt, reveal, type Place } from '../events/list-place.ts';
import type { Row, Rows } from '../events/row-list.ts';
import { formatExact } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import { useClock } from './clock-context.ts';
import { useBigList, type BigList } from './big-list.ts';
import { EventRow, eventTitle, SELECTED_ROW, type RowContext, type RowTime } from './event-row.tsx';
import { DownIcon } from './icons.tsx';

const ROW_HEIGHT = 22;
const HEAD_HEIGHT = 22;
/** From this width on each field of an event has a column, in CSS pixels. */
const WIDE_FROM = 680;

const COLUMNS = [
  ['feed-time', null, null],
  ['feed-number', '#', 'Number of the event'],
  ['feed-marker', 'Kind', 'What happened'],
  ['feed-place', 'Whom', 'The endpoint, or the domain (D) whose mappings change'],
  ['feed-text', 'What', 'Addresses as devices use them (IOVA), and where they lead'],
  ['feed-status', 'Status', 'Why a request was refused; empty where it was not'],
  ['feed-maker', 'By', 'The task and the function of Linux that asked'],
] as const;

/** What is listed; another object whenever that has changed. */
export interface RowsShown {
  readonly rows: Rows;
  /** Events that are kept, listed or not. */
  readonly kept: number;
  /** Events that are kept no more. */
  readonly gone: number;
}

export interface EventListProps {
  readonly context: RowContext;
  readonly shown: RowsShown;
  /** Sequence of the past event that is looked at; null for the present. */
  readonly moment: number | null;
  readonly onSelect: (locator: Locator | null, move: 'push' | 'replace') => void;
  /** Looks at the moment after an event. */
  readonly onLook: (sequence: number) => void;
}

function Head(): JSX.Element {
  const clock = useClock();
  return (
    <div class="feed-line feed-head" role="row" aria-rowindex={1}>
      {COLUMNS.map(([name, label, title]) => (
        <span role="columnheader" class={name} title={title ?? clock.title}>
          {label ?? clock.column}
        </span>
      ))}
    </div>
  );
}

/** `now`: place of the latest event at the moment that is looked at. */
function timeOf(index: number, now: number | null): RowTime {
  if (now === null || index < now) return undefined;
  return index === now ? 'now' : 'later';
}

/** The rows that are to be seen. */
function rowsIn(rows: Rows, { window }: BigList): readonly (readonly [number, Row])[] {
  const seen: (readonly [number, Row])[] = [];
  for (let index = window.first; index < window.end; index += 1) {
    const row = rows.row(index);
    if (row !== undefined) seen.push([index, row]);
  }
  return seen;
}

/** The listed event at a place, or the next one in a direction. */
function eventFrom(rows: Rows, index: number, by: 1 | -1): number | undefined {
  const row = rows.row(Math.max(0, Math.min(rows.count - 1, index)));
  if (row === undefined || row.mark === null) return row?.sequence;
  // A mark stands behind its event
  return by === 1 ? rows.beside(row.sequence, 1) : rows.beside(row.sequence + 1, -1);
}

/** Where a key leads from the event that is selected; undefined for another key. */
function eventAt(rows: Rows, list: BigList, chosen: number, key: string): number | undefined {
  const page = Math.max(1, Math.floor(list.size.height / ROW_HEIGHT) - 1);
  const index = rows.indexOf({ sequence: chosen, nth: 0 });
  switch (key) {
    case 'ArrowUp':
      return rows.beside(chosen, -1);
    case 'ArrowDown':
      return rows.beside(chosen, 1);
    case 'PageUp':
      return eventFrom(rows, index - page, 1);
    case 'PageDown':
      return eventFrom(rows, index + page, -1);
    case 'Home':
      return rows.beside(0, 1);
    case 'End':
      return rows.beside(Infinity, -1);
    default:
      return undefined;
  }
}

/** Where a key scrolls to while nothing is selected; undefined for another key. */
function placeOf(rows: Rows, { place, size }: BigList, key: string): Place | undefined {
  const page = Math.max(ROW_HEIGHT, size.height - (size.height % ROW_HEIGHT) - ROW_HEIGHT);
  switch (key) {
    case 'PageUp':
      return movedBy(rows, place, -page, size);
    case 'PageDown':
      return movedBy(rows, place, page, size);
    case 'Home':
      return placeAt(rows, 0, size);
    case 'End':
      return AT_END;
    default:
      return undefined;
  }
}

interface FollowProps {
  /** Rows that have come since the list stands still. */
  readonly unseen: number;
  readonly onFollow: () => void;
}

function Follow({ unseen, onFollow }: FollowProps): JSX.Element {
  return (
    <button
      type="button"
      class="button button-small feed-resume"
      aria-label={unseen > 0 ? `Follow · ${formatExact(unseen)} new` : 'Follow'}
      title="Follow the newest events (End)"
      onClick={onFollow}
    >
      <DownIcon />
      {unseen > 0 ? (
        <span>
          <span class="feed-resume-word">Follow · </span>
          {formatExact(unseen)} new
        </span>
      ) : (
        <span>Follow</span>
      )}
    </button>
  );
}

/** Whether a person has marked text in an element, such as an address to be copied. */
function hasMarkedText(element: Element): boolean {
  const marked = getSelection();
  return marked !== null && !marked.isCollapsed && element.contains(marked.anchorNode);
}

/** Index of a row by an element in it; undefined where there is none. */
function indexIn(target: EventTarget | null): number | undefined {
  const line = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return line?.dataset['index'] === undefined ? undefined : Number(line.dataset['index']);
}

function chosenEvent(chosen: ReadonlySignal<Locator | null>): number | null {
  const locator = chosen.value;
  return locator?.kind === 'event' ? locator.sequence : null;
}

export function EventList(props: EventListProps): JSX.Element {
  const { context, shown, moment, onSelect, onLook } = props;
  const { rows } = shown;
  const [isWide, setWide] = useState(false);
  const list = useBigList(rows, ROW_HEIGHT, isWide ? HEAD_HEIGHT : 0);
  const { place, size, window, setPlace } = list;
  const chosen = chosenEvent(context.chosen);
  const isFollowing = place.kind === 'end';
  const pressed = useRef<number | undefined>(undefined);
  const stoppedAt = useRef(0);
  /** The event that was selected here: it is in sight already. */
  const own = useRef<number | null>(null);
  if (isFollowing) stoppedAt.current = rows.row(rows.count - 1)?.sequence ?? 0;
  const latest = moment === null ? undefined : rows.beside(moment + 1, -1);
  const now = latest === undefined ? null : rows.indexOf({ sequence: latest, nth: 0 });

  useLayoutEffect(() => setWide(list.width >= WIDE_FROM), [list.width]);
  useLayoutEffect(() => {
    if (chosen === null || !rows.hasEvent(chosen)) return;
    if (chosen === own.current) return;
    own.current = null;
    setPlace(reveal(rows, held(rows, place, size), { sequence: chosen, nth: 0 }, size));
  }, [chosen]);
  useLayoutEffect(() => {
    const row = now === null ? undefined : rows.row(now);
    if (row !== undefined) setPlace(reveal(rows, held(rows, place, size), row, size));
    else if (moment === null && chosen === null) setPlace(AT_END);
  }, [moment]);

  // What is said of it may take a line more where it wraps
  useLayoutEffect(() => {
    if (chosen === null || chosen !== own.current || !rows.hasEvent(chosen)) return;
    setPlace(nudge(rows, held(rows, place, size), { sequence: chosen, nth: 0 }, size));
  }, [size.height]);

  const select = (sequence: number, move: 'push' | 'replace'): void => {
    own.current = sequence;
    setPlace(nudge(rows, held(rows, place, size), { sequence, nth: 0 }, size));
    onSelect({ kind: 'event', sequence }, move);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && chosen !== null) {
      event.preventDefault();
      onLook(chosen);
      return;
    }
    const isArrow = event.key === 'ArrowUp' || event.key === 'ArrowDown';
    const edge = event.key === 'ArrowUp' ? window.end - 1 : window.first;
    const next =
      chosen !== null
        ? eventAt(rows, list, chosen, event.key)
        : isArrow
          ? eventFrom(rows, edge, event.key === 'ArrowUp' ? -1 : 1)
          : undefined;
    const scrolled = chosen === null ? placeOf(rows, list, event.key) : undefined;
    if (next === undefined && scrolled === undefined) return;
    event.preventDefault();
    if (next !== undefined) select(next, 'replace');
    if (event.key === 'End') setPlace(AT_END);
    else if (scrolled !== undefined) setPlace(scrolled);
  };
  const seen = rowsIn(rows, list);
  const isChosenSeen = seen.some(([, { mark, sequence }]) => mark === null && sequence === chosen);
  const unseen = rows.count - rows.indexOf({ sequence: stoppedAt.current + 1, nth: 0 });

  return (
    <div class="feed" data-wide={isWide}>
      <div
        class="scroll"
        ref={list.scroller}
        tabIndex={0}
        role="grid"
        aria-label="Events"
        aria-rowcount={rows.count + 1}
        aria-activedescendant={isChosenSeen ? SELECTED_ROW : undefined}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          // The rows may move on before the button is up again
          pressed.current = rows.row(indexIn(event.target) ?? -1)?.sequence;
        }}
        onClick={(event) => {
          const index = indexIn(event.target);
          const row = index === undefined ? undefined : rows.row(index);
          const sequence = pressed.current ?? row?.sequence;
          pressed.current = undefined;
          if (hasMarkedText(event.currentTarget)) {
            // Text that was just marked would be gone with another row in its place
            setPlace(held(rows, place, size));
            return;
          }
          if (row !== undefined && sequence !== undefined && rows.hasEvent(sequence)) {
            select(sequence, 'push');
          }
        }}
        onDblClick={() => {
          if (chosen !== null) onLook(chosen);
        }}
        onPointerOver={(event) => {
          // Made for the one row that is pointed at
          const row = rows.row(indexIn(event.target) ?? -1);
          const listed = row?.mark === null ? context.event(row.sequence) : undefined;
          const title = listed === undefined ? '' : eventTitle(context, listed);
          event.currentTarget.title = title;
        }}
      >
        <div class="feed-window" role="rowgroup">
          {isWide ? <Head /> : null}
          <div class="feed-rows" style={{ height: `${size.height}px` }} role="presentation">
            <div
              class="feed-shift mono"
              role="presentation"
              style={{ transform: `translateY(${-window.cut}px)` }}
            >
              {seen.map(([index, row]) => (
                <EventRow
                  context={context}
                  row={row}
                  index={index}
                  isWide={isWide}
                  time={timeOf(index, now)}
                />
              ))}
            </div>
          </div>
        </div>
        <div ref={list.sizer} class="feed-sizer" aria-hidden="true" />
      </div>
      {rows.count > 0 ? null : <p class="empty feed-none">No event passes the filter.</p>}
      {isFollowing || moment !== null || rows.count === 0 ? null : (
        <Follow unseen={unseen} onFollow={() => setPlace(AT_END)} />
      )}
    </div>
  );
}

interface PickedProps {
  readonly context: RowContext;
  readonly onLook: (sequence: number) => void;
}

/** All about the event that is selected: where there is no pointer, there are no tooltips. */
export function PickedEvent({ context, onLook }: PickedProps): JSX.Element {
  const sequence = chosenEvent(context.chosen);
  const listed = sequence === null ? undefined : context.event(sequence);
  // The line is there before it is needed: it would slide over the row that was clicked
  if (sequence === null || listed === undefined) {
    return <p class="pane-foot feed-unpicked">Choose an event to read all of it here.</p>;
  }
  return (
    <p class="pane-foot feed-picked">
      <span title={eventTitle(context, listed)}>
        #{sequence}: {eventTitle(context, listed)}
      </span>{' '}
      <button type="button" class="link" onClick={() => onLook(sequence)}>
        Look at this moment
      </button>
    </p>
  );
}
