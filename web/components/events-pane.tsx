// The feed: what Linux asks of the IOMMU, and what happens, line by line as it happens.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { Stack } from '../../src/trace/record/who.ts';
import type { IommuMode, MachineInfo, MachineStatus } from '../../src/worker/api/power.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { eventWords } from '../format/event-words.ts';
import { makerWords, type MakerWords } from '../format/maker-words.ts';
import { formatCount, formatExact, formatSeconds, TIME_TITLE } from '../format/quantity.ts';
import type { Selection } from '../model/domain-choice.ts';
import { FEED_KINDS, feedKind, type FeedKind, type ListedEvent } from '../model/event-feed.ts';
import type { FeedView, WatchedView } from '../model/views.ts';
import { DownIcon } from './icons.tsx';
import { Pane } from './pane.tsx';
import { useRowWindow } from './row-window.ts';

const ROW_HEIGHT = 20;
/** This close to the end counts as being there. */
const END_PX = 4;
/** Where the line of the moment that is looked at stands, in parts of the list's height. */
const NOW_PLACE = 0.7;

const KIND_NAMES: Readonly<Record<FeedKind, string>> = {
  attach: 'Attach',
  map: 'Map',
  unmap: 'Unmap',
  probe: 'Probe',
  fault: 'Fault',
  device: 'Device',
};

interface LineContext {
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly selection: ReadonlySignal<Selection>;
  readonly watched: ReadonlySignal<WatchedView>;
  /** Names the driver's function on a stack; null while it is not known. */
  readonly drivers: ReadonlySignal<(stack: Stack) => string | null>;
}

export interface EventsPaneProps extends LineContext {
  /** Looks at the moment after an event. */
  readonly onLook: (sequence: number) => void;
  readonly feed: ReadonlySignal<FeedView>;
  readonly status: ReadonlySignal<MachineStatus>;
  readonly mode: ReadonlySignal<IommuMode>;
}

interface ChipsProps {
  readonly feed: FeedView;
  readonly kinds: ReadonlySet<FeedKind>;
  readonly onToggle: (kind: FeedKind) => void;
}

function Chips({ feed, kinds, onToggle }: ChipsProps): JSX.Element {
  return (
    <div class="chips" role="group" aria-label="Show kinds">
      {FEED_KINDS.map((kind) => (
        <button
          type="button"
          class="chip"
          data-kind={kind}
          aria-pressed={kinds.has(kind)}
          title={`${formatExact(feed.count(kind))} so far`}
          onClick={() => onToggle(kind)}
        >
          {KIND_NAMES[kind]} <span class="chip-count">{formatCount(feed.count(kind))}</span>
        </button>
      ))}
    </div>
  );
}

/** Whether the event is about what the person has selected. */
function isSelected(context: LineContext, event: IommuEvent): boolean {
  const selection = context.selection.value;
  if (selection.kind === 'none') return false;
  const { domain } = context.watched.value;
  if ('domain' in event && domain !== null && event.domain === domain) return true;
  return selection.kind === 'endpoint' && 'endpoint' in event && event.endpoint === selection.id;
}

interface LineProps {
  readonly context: LineContext;
  readonly sequence: number;
  /** Undefined when it is kept no more. */
  readonly listed: ListedEvent | undefined;
  readonly onPick: (sequence: number) => void;
  /** Of the past: whether it is the latest one at the moment that is looked at, or came later. */
  readonly time: 'now' | 'later' | undefined;
}

/** Who made a request; null when nobody is known. */
function makerOf({ drivers }: LineContext, { who }: ListedEvent): MakerWords | null {
  return makerWords(who, who.stack === null ? null : drivers.value(who.stack));
}

function titleOf(context: LineContext, listed: ListedEvent): string {
  const { title } = eventWords(listed.event, (id) => endpointName(context.info.value, id));
  const maker = makerOf(context, listed);
  return maker === null ? title : `${title}, ${maker.long}`;
}

function Line({ context, sequence, listed, onPick, time }: LineProps): JSX.Element {
  if (listed === undefined) {
    return <li class="feed-line feed-gone">Event {formatExact(sequence)} is kept no more.</li>;
  }
  const { event, timeMs } = listed;
  const words = eventWords(event, (id) => endpointName(context.info.value, id));
  const maker = makerOf(context, listed);
  return (
    <li
      class="feed-line"
      data-kind={feedKind(event.kind)}
      data-refused={words.refusal !== null}
      data-selected={isSelected(context, event)}
      title={titleOf(context, listed)}
      onClick={() => onPick(sequence)}
      data-time={time}
      aria-current={time === 'now' ? 'true' : undefined}
    >
      <span class="feed-time" title={TIME_TITLE}>
        {formatSeconds(timeMs)}
      </span>
      <span class="feed-marker">{words.marker}</span>
      <span class="feed-text">{words.text}</span>
      {words.refusal === null ? null : <span class="feed-refusal">✕ {words.refusal}</span>}
      {maker === null ? null : <span class="feed-maker">{maker.short}</span>}
    </li>
  );
}

/** `now`: the latest event of the list at that moment; Infinity in the present. */
function timeOf(sequence: number, now = -Infinity): LineProps['time'] {
  if (sequence > now) return 'later';
  return sequence === now ? 'now' : undefined;
}

interface FeedProps extends Pick<EventsPaneProps, 'onLook'> {
  readonly feed: FeedView;
  readonly kinds: ReadonlySet<FeedKind>;
  readonly context: LineContext;
}

interface PickedProps extends Pick<EventsPaneProps, 'onLook'> {
  readonly context: LineContext;
  readonly feed: FeedView;
  readonly sequence: number | null;
}

/** All about the event that a person has picked: where there is no pointer, there are no tooltips. */
function Picked({ context, feed, sequence, onLook }: PickedProps): JSX.Element | null {
  const listed = sequence === null ? undefined : feed.event(sequence);
  if (sequence === null || listed === undefined) return null;
  return (
    <p class="pane-foot feed-picked">
      #{sequence}: {titleOf(context, listed)}{' '}
      <button type="button" class="link" onClick={() => onLook(sequence)}>
        Look at this moment
      </button>
    </p>
  );
}

/** The list follows its end until the person scrolls away; then it stands still until told to go on. */
function Feed({ feed, kinds, context, onLook }: FeedProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const [frozen, setFrozen] = useState<readonly number[] | null>(null);
  const [picked, setPicked] = useState<number | null>(null);
  const newest = feed.list(kinds);
  const { moment } = feed;
  const sequences = moment === null ? (frozen ?? newest) : newest;
  const isFollowing = moment === null && frozen === null;
  const now = moment === null ? Infinity : sequences.findLast((each) => each <= moment);
  const view = useRowWindow(scroller, sequences.length, ROW_HEIGHT, isFollowing);
  /** Where this list has put its scroller: only a person moves it up from there. */
  const end = useRef(0);

  // To scroll has the whole page laid out at once, so not where other rows have come in the place of as many.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isFollowing || element === null) return;
    element.scrollTop = element.scrollHeight;
    end.current = element.scrollTop;
  }, [isFollowing, view.first, view.end]);
  useLayoutEffect(() => setFrozen(null), [kinds, moment === null]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (moment === null || element === null) return;
    const row = sequences.indexOf(now ?? NaN) + 1;
    element.scrollTop = row * ROW_HEIGHT - NOW_PLACE * element.clientHeight;
  }, [moment, kinds]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null || moment !== null) return;
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - END_PX;
    if (isAtEnd) setFrozen(null);
    else if (isFollowing && element.scrollTop < end.current - END_PX) setFrozen(newest);
  };
  const lastShown = sequences.at(-1) ?? 0;
  const unseen = newest.filter((sequence) => sequence > lastShown).length;

  return (
    <div class="feed">
      <div
        class="scroll"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label="Events, scrollable"
      >
        <ol class="feed-list mono" aria-label="Events">
          <li class="spacer" style={{ height: `${view.spaceBefore}px` }} aria-hidden="true" />
          {sequences.slice(view.first, view.end).map((sequence) => (
            <Line
              key={sequence}
              context={context}
              sequence={sequence}
              listed={feed.event(sequence)}
              onPick={(each) => setPicked(each === picked ? null : each)}
              time={timeOf(sequence, now)}
            />
          ))}
          <li class="spacer" style={{ height: `${view.spaceAfter}px` }} aria-hidden="true" />
        </ol>
      </div>
      <Picked context={context} sequence={picked} feed={feed} onLook={onLook} />
      {isFollowing || moment !== null ? null : (
        <button
          type="button"
          class="button button-small feed-resume"
          onClick={() => setFrozen(null)}
        >
          <DownIcon />
          <span>{unseen > 0 ? `Follow · ${formatExact(unseen)} new` : 'Follow'}</span>
        </button>
      )}
    </div>
  );
}

export function EventsPane(props: EventsPaneProps): JSX.Element {
  const { info, selection, watched, drivers } = props;
  const feed = props.feed.value;
  const [kinds, setKinds] = useState<ReadonlySet<FeedKind>>(new Set(FEED_KINDS));
  const isMeasured = feed.moment !== null || props.status.value === 'running';
  const rate = isMeasured ? feed.requestsPerSecond : 0;
  const total = FEED_KINDS.reduce((sum, kind) => sum + feed.count(kind), 0);
  return (
    <Pane
      id="events"
      title="Events"
      note="Linux and IOMMU."
      tools={
        <span class="rate" title="Requests in the last second">
          <b>{formatCount(rate)}</b> requests/s
        </span>
      }
    >
      <Chips
        feed={feed}
        kinds={kinds}
        onToggle={(kind) => {
          const next = new Set(kinds);
          if (!next.delete(kind)) next.add(kind);
          setKinds(next);
        }}
      />
      {total === 0 ? (
        <p class="empty">
          {props.mode.value === 'off'
            ? 'Without an IOMMU there are none.'
            : 'Nothing yet. Linux speaks to the IOMMU while it starts its drivers.'}
        </p>
      ) : (
        <Feed
          feed={feed}
          kinds={kinds}
          context={{ info, selection, watched, drivers }}
          onLook={props.onLook}
        />
      )}
      {feed.droppedEvents > 0 ? (
        <p class="pane-foot">
          {formatExact(feed.droppedEvents)} events came too fast to be listed; the totals include
          them.
        </p>
      ) : null}
    </Pane>
  );
}
