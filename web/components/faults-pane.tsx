// Accesses the IOMMU stopped: who, where, why, and whether Linux knows.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { formatAddress } from '../format/address.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { dmesgLine, faultReasonSentence, faultTitle, isWriteFault } from '../format/iommu-words.ts';
import { standstill } from '../format/readiness.ts';
import { formatExact, formatPlural } from '../format/quantity.ts';
import type { IommuMode, MachineFailure, MachineInfo } from '../../src/worker/api/power.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import type { FaultsView } from '../model/views.ts';
import type { Words } from '../inspector/inspected.ts';
import { laterWords, type LaterMap } from '../inspector/later-map.ts';
import type { Locator } from '../model/locator.ts';
import { Term } from '../glossary/term.tsx';
import { useClock } from './clock-context.ts';
import { freshLine } from './fresh-line.ts';
import { LinkedWords, type Select } from './linked-words.tsx';
import { Pane } from './pane.tsx';

const WHY_NONE: Readonly<Record<IommuMode, string>> = {
  translated:
    'None, as it should be. Send a rogue DMA: the IOMMU stops it and reports it to Linux, and the PC goes on.',
  bypass: 'In bypass nothing is stopped. Send a rogue DMA and see it succeed.',
  off: 'Without an IOMMU nothing is ever stopped.',
};

/** `end`: what the guest has done to its power, if it has. */
function whyNone(mode: IommuMode, isPast: boolean, end: string | null): string {
  if (isPast) return 'None yet at this moment.';
  return end === null ? WHY_NONE[mode] : `None. ${end}.`;
}

/** ` 16 bytes`; nothing where the source of a trace does not tell. */
function bytesOf(length: number): string {
  return length === 0 ? '' : ` ${formatPlural(length, 'byte')}`;
}

/** The fault as one sentence. */
export function faultSentence(name: string, record: FaultRecord): string {
  const { fault } = record;
  const verb = isWriteFault(fault.flags) ? 'write' : 'read';
  return `${name} tried to ${verb}${bytesOf(fault.length)} at ${formatAddress(fault.address)}`;
}

interface CardProps {
  /** The endpoint's name. */
  readonly name: string;
  readonly record: FaultRecord;
  /** Undefined until it is there. */
  readonly story: EventStory | undefined;
  readonly later: LaterMap | undefined;
  readonly isSelected: boolean;
  readonly onSelect: Select;
}

interface StoryProps {
  readonly story: EventStory;
  readonly onSelect: Select;
}

/** `Known from #3, #5.` */
function evidenceWords({ evidence }: EventStory): Words {
  if (evidence.length === 0) return [];
  const links = evidence.map((sequence) => ({
    text: `#${sequence}`,
    to: { kind: 'event' as const, sequence },
  }));
  return ['Known from ', ...links.flatMap((link, at) => (at === 0 ? [link] : [', ', link])), '. '];
}

/** Why it was stopped, and who in Linux did what that rests on. */
function Story({ story, onSelect }: StoryProps): JSX.Element {
  const { sentence, clause, callers } = story;
  return (
    <>
      <p class="fault-what">{sentence}</p>
      <p class="fault-why">
        <LinkedWords words={evidenceWords(story)} onSelect={onSelect} />
        The rule: {clause}.
      </p>
      {callers.map(({ sequence, task, functions, areNamed }) => (
        <details key={sequence} class="fault-who">
          <summary>
            #{sequence} by {task ?? 'a task that is not known'}
          </summary>
          <ol class="mono">
            {functions.map((name) => (
              <li>{name}</li>
            ))}
          </ol>
          {!areNamed && functions.length > 0 && (
            <p class="fault-why">These are addresses: the guest’s kernel has no symbols.</p>
          )}
        </details>
      ))}
    </>
  );
}

/** A fault, and its story as far as it is known. */
function FaultCard(props: CardProps): JSX.Element {
  const { name, record, story, later, isSelected, onSelect } = props;
  const clock = useClock();
  const { fault, timeMs } = record;
  const isWrite = isWriteFault(fault.flags);
  return (
    <li class="fault" data-selected={isSelected}>
      <button
        type="button"
        class="fault-head fault-pick"
        aria-pressed={isSelected}
        title="Select this fault: its story, its report, what led to it"
        onClick={() => onSelect({ kind: 'event', sequence: fault.sequence })}
      >
        <span class="badge badge-blocked">{faultTitle(fault)}</span>
        <span class="fault-time" title={clock.title}>
          {clock.at(timeMs)}
        </span>
      </button>
      {story === undefined ? (
        <>
          <p class="fault-what">
            <b>{name}</b> tried to {isWrite ? 'write' : 'read'}
            {bytesOf(fault.length)} at <code>{formatAddress(fault.address)}</code>
          </p>
          <p class="fault-why">{faultReasonSentence(fault, isWrite, fault.domain)}</p>
        </>
      ) : (
        <Story story={story} onSelect={onSelect} />
      )}
      {later === undefined ? null : (
        <p class="fault-why">
          <LinkedWords words={laterWords(later)} onSelect={onSelect} />
        </p>
      )}
      {fault.isReported ? (
        <p class="fault-report">
          Reported to Linux. Its log says: <code>{dmesgLine(fault)}</code>
        </p>
      ) : (
        <p class="fault-report">
          <b>Not reported:</b> Linux had left no room for the message, so it does not know.
        </p>
      )}
    </li>
  );
}

export interface FaultsPaneProps {
  readonly faults: ReadonlySignal<FaultsView>;
  /** The same of the present, which may be another moment: news is read out wherever a person looks. */
  readonly latest: ReadonlySignal<FaultsView>;
  /** Why, by the sequence of the fault. */
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  /** What was mapped too late, by the sequence of the fault. */
  readonly later: ReadonlySignal<ReadonlyMap<number, LaterMap>>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly failure: ReadonlySignal<MachineFailure | null>;
  /** Why Linux can not be asked now; null when it can. */
  readonly notReady: ReadonlySignal<string | null>;
  readonly onType: (text: string) => void;
  readonly chosen: ReadonlySignal<Locator | null>;
  readonly onSelect: Select;
}

export function FaultsPane(props: FaultsPaneProps): JSX.Element {
  const { list: faults, count: faultCount, isPast } = props.faults.value;
  const nameOf = (endpoint: number): string => endpointName(props.info.value, endpoint);
  const stories = props.stories.value;
  const laterMaps = props.later.value;
  const chosen = props.chosen.value;
  const newest = props.latest.value.list[0];
  const end = standstill(props.failure.value);
  const reason = props.notReady.value;
  return (
    <Pane
      id="faults"
      title="Faults"
      note={
        faultCount === 0 ? (
          <>
            Stopped <Term of="fault">accesses</Term>.
          </>
        ) : (
          <>
            {formatExact(faultCount)} <Term of="fault">stopped</Term>.
          </>
        )
      }
      tools={
        <button
          type="button"
          class="button button-small"
          disabled={reason !== null}
          title={reason ?? 'Types iommu-faults into the console: what Linux has logged about them'}
          onClick={() => props.onType(freshLine('iommu-faults'))}
        >
          Ask Linux
        </button>
      }
    >
      <p class="visually-hidden" aria-live="assertive">
        {newest === undefined
          ? ''
          : `Fault: ${faultSentence(nameOf(newest.fault.endpoint), newest)}. Blocked.`}
      </p>
      {faults.length === 0 ? (
        <p class="empty">{whyNone(props.mode.value, isPast, end)}</p>
      ) : (
        <ul class="scroll faults" aria-label="Faults" tabIndex={0}>
          {faults.map((record, place) => (
            <FaultCard
              // Of another moment all may be others: their elements stay, and get other words
              key={isPast ? place : record.fault.sequence}
              name={nameOf(record.fault.endpoint)}
              record={record}
              story={stories.get(record.fault.sequence)}
              later={laterMaps.get(record.fault.sequence)}
              isSelected={chosen?.kind === 'event' && chosen.sequence === record.fault.sequence}
              onSelect={props.onSelect}
            />
          ))}
        </ul>
      )}
    </Pane>
  );
}
