// One row of the list of events.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import type { Mark } from '../../src/trace/record/marks.ts';
import type { Stack } from '../../src/trace/record/who.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { eventCells } from '../format/event-cells.ts';
import { eventWords } from '../format/event-words.ts';
import { makerWords, type MakerWords } from '../format/maker-words.ts';
import { markWords } from '../format/mark-words.ts';
import { formatExact } from '../format/quantity.ts';
import type { Row } from '../events/row-list.ts';
import { feedKind, type ListedEvent } from '../model/event-feed.ts';
import type { Locator } from '../model/locator.ts';
import { useClock } from './clock-context.ts';

/** What the words of a row need beside the event. */
export interface RowContext {
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Names the driver's function on a stack; null while it is not known. */
  readonly drivers: ReadonlySignal<(stack: Stack) => string | null>;
  readonly chosen: ReadonlySignal<Locator | null>;
  /** An event that is kept. */
  readonly event: (sequence: number) => ListedEvent | undefined;
}

/** ID of the row that is selected, for assistive technology. */
export const SELECTED_ROW = 'event-selected';

/** Where a row stands in time when the past is looked at. */
export type RowTime = 'now' | 'later' | undefined;

export interface RowProps {
  readonly context: RowContext;
  readonly row: Row;
  readonly index: number;
  readonly isWide: boolean;
  readonly time: RowTime;
}

/** Who made a request; null when nobody is known. */
function makerOf({ drivers }: RowContext, { who }: ListedEvent): MakerWords | null {
  return makerWords(who, who.stack === null ? null : drivers.value(who.stack));
}

/** All about an event, in a line. */
export function eventTitle(context: RowContext, listed: ListedEvent): string {
  const { title } = eventWords(listed.event, (id) => endpointName(context.info.value, id));
  const maker = makerOf(context, listed);
  return maker === null ? title : `${title}, ${maker.long}`;
}

/** Whether an event is about what is selected, without being it. */
function isRelated(event: IommuEvent, chosen: Locator | null): boolean {
  switch (chosen?.kind) {
    case 'endpoint':
      return 'endpoint' in event && event.endpoint === chosen.id;
    case 'domain':
      return 'domain' in event && event.domain === chosen.id;
    case 'mapping':
    case 'iova': {
      if (event.kind !== 'mapped' && event.kind !== 'unmapped') return false;
      const { domain, virtStart, virtEnd } = event;
      return domain === chosen.domain && virtStart <= chosen.iova && chosen.iova <= virtEnd;
    }
    case 'page':
    case 'event':
    case undefined:
      return false;
  }
}

interface MarkProps extends Omit<RowProps, 'row'> {
  readonly mark: Mark;
}

function MarkRow({ context, mark, index, isWide, time }: MarkProps): JSX.Element {
  const clock = useClock();
  const { marker, text } = markWords(mark, (id) => endpointName(context.info.value, id));
  return (
    <div
      class="feed-line feed-mark"
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-kind={mark.kind}
      data-time={time === 'later' ? time : undefined}
    >
      <span role="gridcell" class="feed-time">
        {clock.short(mark.timeMs)}
      </span>
      {isWide ? <span role="gridcell" class="feed-number" /> : null}
      <span role="gridcell" class="feed-marker">
        {marker}
      </span>
      <span role="gridcell" class="feed-text">
        {text}
      </span>
    </div>
  );
}

export function EventRow(props: RowProps): JSX.Element {
  const { context, row, index, isWide, time } = props;
  const { sequence, mark } = row;
  const clock = useClock();
  if (mark !== null) return <MarkRow {...props} mark={mark} />;
  const listed = context.event(sequence);
  const place = { role: 'row', 'aria-rowindex': index + 2, 'data-index': index } as const;
  if (listed === undefined) {
    return (
      <div class="feed-line feed-gone" {...place}>
        <span role="gridcell">Event {formatExact(sequence)} is kept no more.</span>
      </div>
    );
  }
  const { event, timeMs } = listed;
  const nameOf = (id: number): string => endpointName(context.info.value, id);
  const words = eventWords(event, nameOf);
  const cells = isWide ? eventCells(event, nameOf) : null;
  const maker = makerOf(context, listed);
  const chosen = context.chosen.value;
  const isSelected = chosen?.kind === 'event' && chosen.sequence === sequence;
  return (
    <div
      class="feed-line"
      {...place}
      id={isSelected ? SELECTED_ROW : undefined}
      aria-selected={isSelected}
      aria-current={time === 'now' ? 'true' : undefined}
      data-kind={feedKind(event.kind)}
      data-refused={words.refusal !== null}
      data-selected={isSelected}
      data-related={isRelated(event, chosen)}
      data-time={time}
    >
      <span role="gridcell" class="feed-time">
        {clock.short(timeMs)}
      </span>
      {cells === null ? null : (
        <span role="gridcell" class="feed-number">
          {formatExact(sequence)}
        </span>
      )}
      <span role="gridcell" class="feed-marker">
        {words.marker}
      </span>
      {cells === null ? null : (
        <span role="gridcell" class="feed-place">
          {cells.place}
        </span>
      )}
      <span role="gridcell" class="feed-text">
        {cells === null ? words.text : cells.what}
      </span>
      <span role="gridcell" class="feed-status">
        {words.refusal === null ? null : `✕ ${words.refusal}`}
      </span>
      <span role="gridcell" class="feed-maker">
        {maker?.short ?? ''}
      </span>
    </div>
  );
}
