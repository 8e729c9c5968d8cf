// Requests and events: what Linux asks of the IOMMU, and what happens, line by line as it happens.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MarkGroup } from '../events/mark-rows.ts';
import type { IommuMode, MachineStatus } from '../../src/worker/api/power.ts';
import { formatCount, formatExact } from '../format/quantity.ts';
import { FEED_KINDS, type FeedKind } from '../model/event-feed.ts';
import type { FeedView } from '../model/views.ts';
import { useClock } from './clock-context.ts';
import { EventList, PickedEvent, type EventListProps, type RowsShown } from './event-list.tsx';
import type { RowContext } from './event-row.tsx';
import { FilterBar, type FilterBarProps } from './filter-bar.tsx';
import { Pane } from './pane.tsx';

const KIND_NAMES: Readonly<Record<FeedKind, string>> = {
  attach: 'Attach',
  map: 'Map',
  unmap: 'Unmap',
  probe: 'Probe',
  fault: 'Fault',
  device: 'Device',
};

/** The same in the language of the filter. */
const FILTER_KINDS: Readonly<Record<FeedKind, readonly string[]>> = {
  attach: ['attach', 'detach'],
  map: ['map'],
  unmap: ['unmap'],
  probe: ['probe'],
  fault: ['fault'],
  device: [
    'ignored',
    'bypass-changed',
    'bus-master',
    'started',
    'reset',
    'system-reset',
    'power-cycled',
  ],
};

const GROUPS: readonly (readonly [MarkGroup, string, string])[] = [
  ['stages', 'Stages', 'Stages of the start, accesses by hand, gaps'],
  ['console', 'Console', 'Lines on the console'],
  ['work', 'Notifications', 'What devices are told to do, and samples of their DMA'],
];

export interface EventsPaneProps
  extends RowContext, FilterBarProps, Pick<EventListProps, 'onLook' | 'onSelect'> {
  readonly feed: ReadonlySignal<FeedView>;
  readonly status: ReadonlySignal<MachineStatus>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly rows: ReadonlySignal<RowsShown>;
  /** Marks between the events that are listed, too. */
  readonly groups: ReadonlySignal<ReadonlySet<MarkGroup>>;
  readonly onGroup: (group: MarkGroup) => void;
  /** Kinds that the filter is restricted to, by the names of its language; null for no such restriction. */
  readonly kinds: ReadonlySignal<ReadonlySet<string> | null>;
  /** Writes into the filter that these are let through, too, or are not any more. */
  readonly onKinds: (kinds: readonly string[]) => void;
}

interface ChipsProps {
  readonly props: EventsPaneProps;
}

function Chips({ props }: ChipsProps): JSX.Element {
  const kinds = props.kinds.value;
  const feed = props.feed.value;
  const groups = props.groups.value;
  return (
    <div class="chips">
      <div class="chip-group" role="group" aria-label="Show kinds">
        {FEED_KINDS.map((kind) => (
          <button
            type="button"
            class="chip"
            data-kind={kind}
            aria-pressed={FILTER_KINDS[kind].every((each) => kinds?.has(each) === true)}
            title={`${formatExact(feed.count(kind))} so far; only these, with others that are chosen`}
            onClick={() => props.onKinds(FILTER_KINDS[kind])}
          >
            {KIND_NAMES[kind]} <span class="chip-count">{formatCount(feed.count(kind))}</span>
          </button>
        ))}
      </div>
      <div class="chip-group" role="group" aria-label="Show between the events">
        {GROUPS.map(([group, name, title]) => (
          <button
            type="button"
            class="chip"
            aria-pressed={groups.has(group)}
            title={title}
            onClick={() => props.onGroup(group)}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

function Counts({ shown }: { readonly shown: RowsShown }): JSX.Element {
  const { rows, kept, gone } = shown;
  return (
    <span class="feed-counts">
      <b>{formatExact(rows.events)}</b> of {formatExact(kept)}
      {gone > 0 ? (
        <span title="The page keeps the latest events"> · {formatExact(gone)} older are gone</span>
      ) : null}
    </span>
  );
}

export function EventsPane(props: EventsPaneProps): JSX.Element {
  const feed = props.feed.value;
  const shown = props.rows.value;
  const isMeasured = feed.moment !== null || props.status.value === 'running';
  const clock = useClock();
  const rate = isMeasured ? feed.requestsPerSecond : 0;
  const isEmpty = shown.kept === 0 && shown.rows.count === 0;
  return (
    <Pane
      id="events"
      title="Events"
      note={<Counts shown={shown} />}
      tools={
        clock.isTime ? (
          <span class="rate" title="Requests in the last second">
            <b>{formatCount(rate)}</b> requests/s
          </span>
        ) : undefined
      }
    >
      <FilterBar {...props} />
      <Chips props={props} />
      {isEmpty ? (
        <p class="empty">
          {props.mode.value === 'off'
            ? 'Without an IOMMU there are none.'
            : 'Nothing yet. Linux speaks to the IOMMU while it starts its drivers.'}
        </p>
      ) : (
        <EventList
          context={props}
          shown={shown}
          moment={feed.moment}
          onLook={props.onLook}
          onSelect={props.onSelect}
        />
      )}
      {isEmpty ? null : <PickedEvent context={props} onLook={props.onLook} />}
      {feed.droppedEvents > 0 ? (
        <p class="pane-foot">
          {formatExact(feed.droppedEvents)} events came too fast to be listed; the totals include
          them.
        </p>
      ) : null}
    </Pane>
  );
}
