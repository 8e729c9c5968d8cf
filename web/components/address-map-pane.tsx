// The address space of a domain as a map: from all of it down to one page.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { mapPartWords, type MapPart } from '../address-map/hit.ts';
import { litRanges } from '../address-map/lit.ts';
import type { MapLayout } from '../address-map/layout.ts';
import type { MapContent, MapPorts, MapView } from '../address-map/map-view.ts';
import type { AddressSpace } from '../address-map/space.ts';
import { toIova } from '../../src/memory/address.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { Stack } from '../../src/trace/record/who.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { makerWords } from '../format/maker-words.ts';
import { formatPlural } from '../format/quantity.ts';
import type { ListedEvent } from '../model/event-feed.ts';
import type { Locator } from '../model/locator.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import { Term } from '../glossary/term.tsx';
import { AddressMapCanvas } from './address-map-canvas.tsx';
import { AddressMapTable } from './address-map-table.tsx';
import { useClock } from './clock-context.ts';
import {
  DomainSelect,
  whyUnmapped,
  type DomainSelectProps,
  type EmptyFacts,
} from './domain-select.tsx';
import { faultSentence } from './faults-pane.tsx';
import { MapTools } from './map-tools.tsx';
import { Pane } from './pane.tsx';
import { useReducedMotion } from './reduced-motion.ts';

export interface AddressMapPaneProps extends MapPorts, DomainSelectProps, EmptyFacts {
  /** Null where no domain is shown; `life`: another one is another machine. */
  readonly view: ReadonlySignal<{ readonly space: AddressSpace; readonly life: unknown } | null>;
  readonly changes: ReadonlySignal<readonly MappingChange[]>;
  readonly chosen: ReadonlySignal<Locator | null>;
  /** Why, by the sequence of the fault. */
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  /** Names the driver's function on a stack; null while it is not known. */
  readonly drivers: ReadonlySignal<(stack: Stack) => string | null>;
  /** An event by its sequence; undefined when it is kept no more. */
  readonly eventOf: (sequence: number) => ListedEvent | undefined;
  readonly onChoose: (locator: Locator | null) => void;
}

function Legend(): JSX.Element {
  return (
    <ul class="map-legend" aria-hidden="true">
      <li data-rights="read">read</li>
      <li data-rights="write">write</li>
      <li data-rights="both">both</li>
      <li data-rights="fault">stopped</li>
    </ul>
  );
}

/** What a part of the map selects; null for nothing. */
function locatorOf(part: MapPart | null, domain: number): Locator | null {
  switch (part?.kind) {
    case 'mapping':
      return { kind: 'mapping', domain, iova: part.mapping.virtStart, id: part.mapping.id };
    case 'fault':
      return { kind: 'event', sequence: part.sequence };
    case 'nothing':
    case 'region':
      return { kind: 'iova', domain, iova: toIova(part.address) };
    case 'crowd':
      return { kind: 'iova', domain, iova: toIova(part.start) };
    case 'fold':
    case undefined:
      return null;
  }
}

function useWords(props: AddressMapPaneProps, space: AddressSpace | null) {
  const stories = props.stories.value;
  const driver = props.drivers.value;
  const info = props.info.value;
  const clock = useClock();
  const { eventOf } = props;
  return useMemo(
    () => ({
      makerOf: (sequence: number): string | null => {
        const event = eventOf(sequence);
        if (event === undefined) return null;
        const { stack } = event.who;
        const maker = makerWords(event.who, stack === null ? null : driver(stack));
        return `at ${clock.at(event.timeMs)}${maker === null ? '' : ` ${maker.long}`}`;
      },
      faultSentence: (sequence: number): string | null => {
        const story = stories.get(sequence)?.sentence;
        const record = space?.faults.find(({ fault }) => fault.sequence === sequence);
        if (story !== undefined || record === undefined) return story ?? null;
        return `${faultSentence(endpointName(info, record.fault.endpoint), record)}.`;
      },
    }),
    [stories, driver, info, clock, eventOf, space],
  );
}

export function AddressMapPane(props: AddressMapPaneProps): JSX.Element {
  const { eventOf, onChoose } = props;
  const map = useRef<MapView | null>(null);
  const [pointed, setPointed] = useState<MapPart | null>(null);
  const [isFolded, setFolded] = useState(true);
  const [showsTable, setShowsTable] = useState(false);
  const [layout, setLayout] = useState<MapLayout | null>(null);
  const isStill = useReducedMotion();
  const shown = props.view.value;
  const changes = props.changes.value;
  const chosen = props.chosen.value;
  const space = shown?.space ?? null;
  const words = useWords(props, space);

  const content = useMemo((): MapContent | null => {
    if (shown === null) return null;
    const lit = litRanges(shown.space, chosen, (sequence) => eventOf(sequence)?.event);
    return { ...shown, changes, lit, isFolded, isStill };
  }, [shown, changes, chosen, eventOf, isFolded, isStill]);
  const domain = useRef<number | null>(null);
  domain.current = space?.domain ?? null;
  const onPick = useCallback(
    (part: MapPart | null) => {
      if (domain.current === null) return;
      const locator = locatorOf(part, domain.current);
      if (locator !== null) onChoose(locator);
    },
    [onChoose],
  );
  const onView = useCallback((made: MapView | null) => void (map.current = made), []);

  const state = props.device.value?.domains.find(({ id }) => id === props.domain.value);
  const isEmpty = space === null || state === undefined || state.isBypass;
  const count = formatPlural(space?.runs.count ?? 0, 'mapping');
  return (
    <Pane
      id="address-map"
      title="Address space"
      note={
        <>
          What each address (<Term of="iova" />) of a device leads to.
        </>
      }
      tools={
        <MapTools
          view={() => map.current}
          showsTable={showsTable}
          onTable={() => setShowsTable(!showsTable)}
        />
      }
    >
      <div class="totals">
        <DomainSelect {...props} />
        <button
          type="button"
          class="button button-small"
          aria-pressed={isFolded}
          title="Show long ranges where nothing is mapped as a fold"
          onClick={() => setFolded(!isFolded)}
        >
          Fold gaps
        </button>
        <Legend />
      </div>
      {isEmpty ? <p class="empty">{whyUnmapped(props, state)}</p> : null}
      <div class="map-body" hidden={isEmpty}>
        <AddressMapCanvas
          now={props.now}
          onNextFrame={props.onNextFrame}
          content={content}
          label={`Map of the address space of domain ${space?.domain ?? ''}: ${count}. Shift and an arrow key go from one to the next.`}
          onView={onView}
          onLayout={showsTable ? setLayout : null}
          onPoint={setPointed}
          onPick={onPick}
        />
        <p
          class="map-hint"
          role="note"
          aria-live={pointed === null ? 'off' : 'polite'}
          aria-label="What you point at"
        >
          {pointed === null
            ? `${count}. Point at the map to read it, click it to select; the wheel or two fingers zoom.`
            : mapPartWords(pointed, words)}
        </p>
        {showsTable && space !== null && layout !== null ? (
          <AddressMapTable
            space={space}
            layout={layout}
            makerOf={words.makerOf}
            onPick={({ pick }) => onPick(pick)}
          />
        ) : null}
        {space?.isIncomplete === true ? (
          <p class="pane-foot">Some mappings are not shown: nobody saw how Linux made them.</p>
        ) : null}
      </div>
    </Pane>
  );
}
