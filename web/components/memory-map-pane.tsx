// The machine's memory as a map: a dot for each page, by who reaches it now or ever did.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { toGpa } from '../../src/memory/address.ts';
import { formatShortRange } from '../format/address.ts';
import { formatExact } from '../format/quantity.ts';
import type { MemoryContent, MemoryPorts, MemoryView } from '../memory-map/memory-view.ts';
import { reachRuns, type ReachRun } from '../memory-map/owners.ts';
import {
  bytesOf,
  identityWords,
  legendOf,
  litPages,
  pageWords,
  reachWords,
  sizeWords,
  type MemoryFacts,
} from '../memory-map/words.ts';
import type { Locator } from '../model/locator.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import { MapTools } from './map-tools.tsx';
import { MemoryMapCanvas } from './memory-map-canvas.tsx';
import { Pane } from './pane.tsx';
import { TableHead } from './table-head.tsx';

/** What is shown, and of what ever was the first event that is included, and how far it is, up to 1. */
export interface ShownMemory extends MemoryFacts {
  readonly since: number;
  readonly progress: number;
}

export interface MemoryMapPaneProps extends MemoryPorts {
  /** Null while there is nothing to be seen. */
  readonly memory: ReadonlySignal<ShownMemory | null>;
  readonly chosen: ReadonlySignal<Locator | null>;
  readonly onEver: (isEver: boolean) => void;
  readonly onChoose: (locator: Locator | null) => void;
}

const MOST_ROWS = 200;
const DEVICE_COLORS = 7;

const HEADS = [
  { name: 'Memory', title: 'Guest-physical addresses (GPA)' },
  { name: 'Size', isNumber: true },
  { name: 'Who' },
] as const;

interface TableProps {
  readonly facts: MemoryFacts;
  readonly onPick: (page: number) => void;
}

function Row({ run, facts, onPick }: TableProps & { readonly run: ReachRun }): JSX.Element {
  const { start, end } = bytesOf(run);
  return (
    <tr>
      <th scope="row" class="mono">
        <button type="button" class="row-button" onClick={() => onPick(run.first)}>
          {formatShortRange(start, end)}
        </button>
      </th>
      <td class="number">{sizeWords(run)}</td>
      <td>{reachWords(facts, run.readers, run.writers)}</td>
    </tr>
  );
}

function Table({ facts, onPick }: TableProps): JSX.Element {
  const { runs, more } = reachRuns(facts.areas, facts.reach, MOST_ROWS);
  return (
    <div
      class="map-table scroll"
      tabIndex={0}
      role="group"
      aria-label="Table of the map, scrollable"
    >
      <table class="table dense" aria-label="Memory that devices reach">
        <TableHead heads={HEADS} />
        <tbody>
          {runs.map((run) => (
            <Row key={run.first} run={run} facts={facts} onPick={onPick} />
          ))}
        </tbody>
      </table>
      {more > 0 ? <p class="pane-foot">And {formatExact(more)} more ranges.</p> : null}
    </div>
  );
}

function Legend({ facts }: { readonly facts: MemoryFacts }): JSX.Element {
  const legend = useMemo(() => legendOf(facts), [facts]);
  if (facts.reach.open !== 0) {
    return (
      <ul class="memory-legend" aria-hidden="true">
        <li data-owner="open">a device that nothing stops: all memory</li>
      </ul>
    );
  }
  return (
    <ul class="memory-legend" aria-hidden="true">
      {legend.map(({ name, index }) => (
        <li key={index} data-owner={(index % DEVICE_COLORS) + 1}>
          {index + 1} {name}
        </li>
      ))}
      {legend.length > 1 ? <li data-owner="several">+ several</li> : null}
      {facts.scene.facts.kernel === null ? null : <li data-owner="kernel">the kernel’s code</li>}
    </ul>
  );
}

function EverSwitch({ isEver, onEver }: { isEver: boolean; onEver: (isEver: boolean) => void }) {
  return (
    <fieldset class="segments segments-small" aria-label="Who reaches it">
      {[false, true].map((each) => (
        <label
          title={each ? 'Whoever could reach it until then' : 'Who can reach it at that moment'}
        >
          <input
            type="radio"
            name="memory-ever"
            checked={isEver === each}
            onChange={() => onEver(each)}
          />
          {each ? 'Ever' : 'Now'}
        </label>
      ))}
    </fieldset>
  );
}

function footWords(shown: ShownMemory): string | null {
  const words = [everWords(shown), identityWords(shown)].filter((each) => each !== null);
  return words.length === 0 ? null : words.join(' ');
}

function everWords({ isEver, progress, since }: ShownMemory): string | null {
  if (!isEver) return null;
  if (progress < 1) return `Going through the record: ${Math.floor(progress * 100)} %`;
  const from = since > 1 ? `since event #${formatExact(since)}` : 'since power-on';
  return `All mappings ${from} are counted; what devices could reach in bypass, without any mapping, is not.`;
}

export function MemoryMapPane(props: MemoryMapPaneProps): JSX.Element {
  const { onChoose } = props;
  const map = useRef<MemoryView | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [showsTable, setShowsTable] = useState(false);
  const shown = props.memory.value;
  const chosen = props.chosen.value;
  const content = useMemo((): MemoryContent | null => {
    if (shown === null) return null;
    const { scene, areas, reach, moment } = shown;
    return { scene, areas, reach, lit: litPages(moment, chosen) };
  }, [shown, chosen]);
  const onPick = useCallback(
    (page: number) => onChoose({ kind: 'page', gpa: toGpa(BigInt(page) * BigInt(PAGE_BYTES)) }),
    [onChoose],
  );
  const onView = useCallback((made: MemoryView | null) => void (map.current = made), []);
  const foot = shown === null ? null : footWords(shown);
  return (
    <Pane
      id="memory-map"
      title="Memory map"
      note="One dot is a page (4 KiB) of the PC’s memory."
      tools={
        <MapTools
          view={() => map.current}
          showsTable={showsTable}
          onTable={() => setShowsTable(!showsTable)}
        />
      }
    >
      <div class="totals">
        <EverSwitch isEver={shown?.isEver ?? false} onEver={props.onEver} />
        {shown === null ? null : <Legend facts={shown} />}
      </div>
      {shown === null ? <p class="empty">The PC is being started.</p> : null}
      <div class="map-body" hidden={shown === null}>
        <MemoryMapCanvas
          onNextFrame={props.onNextFrame}
          content={content}
          label="Map of memory. Shift and an arrow key go from one reached range to the next."
          onView={onView}
          onPoint={setPointed}
          onPick={onPick}
        />
        <p
          class="map-hint"
          role="note"
          aria-live={pointed === null ? 'off' : 'polite'}
          aria-label="What you point at"
        >
          {shown === null || pointed === null
            ? 'Point at a page to read who reaches it, click it to select; the wheel or two fingers zoom.'
            : pageWords(shown, pointed)}
        </p>
        {showsTable && shown !== null ? <Table facts={shown} onPick={onPick} /> : null}
        {foot === null ? null : <p class="pane-foot">{foot}</p>}
      </div>
    </Pane>
  );
}
