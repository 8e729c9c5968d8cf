// The picture: devices, the walls of their domains, and the memory they reach; with what is pointed at in words, and as a
// table.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { toGpa, toIova, type Gpa } from '../../src/memory/address.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import type { Selection } from '../model/domain-choice.ts';
import type { Locator } from '../model/locator.ts';
import { markedFaults } from '../picture/fault-marks.ts';
import { partWords, type Part } from '../picture/hit.ts';
import type { PainterPorts, PictureContent } from '../picture/painter.ts';
import { PAGE_BYTES } from '../picture/runs.ts';
import type { Scene } from '../picture/scene.ts';
import { gateName, pictureSentence } from '../picture/words.ts';
import { Term } from '../glossary/term.tsx';
import { faultSentence } from './faults-pane.tsx';
import { Pane } from './pane.tsx';
import { PictureCanvas } from './picture-canvas.tsx';
import { PictureTable } from './picture-table.tsx';
import { useReducedMotion } from './reduced-motion.ts';

/** What the picture shows. */
export interface ShownPicture {
  readonly scene: Scene;
  readonly faults: readonly FaultRecord[];
  readonly isLive: boolean;
}

/** Panes of Inspect that the picture leads to. */
export type InspectPane = 'endpoints' | 'mappings' | 'faults';

export interface PicturePaneProps extends PainterPorts {
  readonly picture: ReadonlySignal<ShownPicture | null>;
  readonly frame: ReadonlySignal<number>;
  /** Why, by the sequence of the fault. */
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  /** Sequences of faults that have been looked at. */
  readonly lookedAt: ReadonlySignal<ReadonlySet<number>>;
  readonly selection: ReadonlySignal<Selection>;
  readonly onSelect: (locator: Locator | null) => void;
  readonly onPick: (endpoint: number) => void;
  readonly onLook: (sequence: number) => void;
  readonly onInspect: (pane: InspectPane) => void;
}

/** Index of the lane that a selection means; null for none. */
function laneOf(scene: Scene, selection: Selection): number | null {
  if (selection.kind === 'none') return null;
  const { id } = selection;
  const at = scene.lanes.findIndex(({ domain, devices }) =>
    selection.kind === 'domain' ? domain === id : devices.some((device) => device.id === id),
  );
  return at < 0 ? null : at;
}

function nameOf(scene: Scene, endpoint: number): string {
  const devices = scene.lanes.flatMap((lane) => lane.devices);
  return devices.find(({ id }) => id === endpoint)?.name ?? `EP ${endpoint}`;
}

/** The first address of a page. */
function gpaOf(page: number): Gpa {
  return toGpa(BigInt(page) * BigInt(PAGE_BYTES));
}

/** Where a part of the picture is shown in full. */
function paneOf(part: Part): InspectPane {
  if (part.kind === 'device') return 'endpoints';
  return part.kind === 'fault' ? 'faults' : 'mappings';
}

interface Chosen {
  readonly name: string;
  readonly pane: InspectPane;
}

function chosenOf(scene: Scene, selection: Selection): Chosen | null {
  const lane = scene.lanes[laneOf(scene, selection) ?? -1];
  if (lane === undefined || selection.kind === 'none') return null;
  if (selection.kind === 'domain') return { name: gateName(lane, scene), pane: 'mappings' };
  return { name: nameOf(scene, selection.id), pane: 'endpoints' };
}

export function PicturePane(props: PicturePaneProps): JSX.Element {
  const { onSelect, onPick, onLook, onInspect } = props;
  const [pointed, setPointed] = useState<Part | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [showsTable, setShowsTable] = useState(false);
  const isStill = useReducedMotion();
  const shown = props.picture.value;
  const stories = props.stories.value;
  const lookedAt = props.lookedAt.value;
  const selection = props.selection.value;

  const content = useMemo((): PictureContent | null => {
    if (shown === null) return null;
    const { scene, faults, isLive } = shown;
    const known = faults.map((record) => {
      const { fault } = record;
      const story = stories.get(fault.sequence)?.sentence;
      const sentence = story ?? `${faultSentence(nameOf(scene, fault.endpoint), record)}.`;
      return { sequence: fault.sequence, fault, sentence };
    });
    const stopped = markedFaults(known, lookedAt);
    const chosen = laneOf(scene, selection);
    return { scene, stopped, chosen, focused, moves: isLive && !isStill };
  }, [shown, stories, lookedAt, selection, focused, isStill]);

  const select = (part: Part | null): void => {
    if (part === null) onSelect(null);
    else if (part.kind === 'device') onPick(part.endpoint);
    else if (part.kind === 'fault') onLook(part.mark.sequence);
    else if (part.kind === 'memory') onSelect({ kind: 'page', gpa: gpaOf(part.pages.first) });
    else {
      const { domain, iova, lane } = part;
      const [device] = shown?.scene.lanes[lane]?.devices ?? [];
      if (domain !== null && iova !== null) onSelect({ kind: 'iova', domain, iova: toIova(iova) });
      else if (domain !== null) onSelect({ kind: 'domain', id: domain });
      else if (device !== undefined) onPick(device.id);
    }
  };
  const open = (part: Part | null): void => {
    if (part !== null) onInspect(paneOf(part));
  };

  const scene = shown?.scene ?? null;
  const chosen = scene === null ? null : chosenOf(scene, selection);
  const words = scene !== null && pointed !== null ? partWords(pointed, scene) : null;
  const label = scene === null ? 'The picture of the machine' : pictureSentence(scene);
  return (
    <Pane
      id="picture"
      title="Devices and memory"
      note={
        <>
          Devices <Term of="dma">read and write memory</Term> without asking the processor.
        </>
      }
      tools={
        <button
          type="button"
          class="button button-small"
          aria-pressed={showsTable}
          aria-controls="picture-table"
          title="The same as a table"
          onClick={() => setShowsTable(!showsTable)}
        >
          Table
        </button>
      }
    >
      <div class="picture-frame">
        <PictureCanvas
          now={props.now}
          onNextFrame={props.onNextFrame}
          takeAccesses={props.takeAccesses}
          frame={props.frame}
          content={content}
          label={label}
          onPoint={setPointed}
          onPick={select}
          onOpen={open}
        />
        {scene === null ? <p class="picture-wait">The PC is being started.</p> : null}
      </div>
      <p class="picture-hint">
        <span role="note" aria-label="What you point at">
          {words ?? 'Point at anything to read what it is; click it to choose it.'}
        </span>
        {chosen === null ? null : (
          <button type="button" class="button button-small" onClick={() => onInspect(chosen.pane)}>
            Open {chosen.name} in Inspect
          </button>
        )}
      </p>
      <PictureTable
        scene={scene}
        isShown={showsTable}
        onFocus={setFocused}
        onPick={onPick}
        onOpen={() => onInspect('endpoints')}
      />
    </Pane>
  );
}
