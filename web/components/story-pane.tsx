// The story of one stopped access: the one that was chosen, or the latest.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { IommuMode, MachineInfo } from '../../src/worker/api/power.ts';
import type { FaultTale } from '../inspector/fault-tale.ts';
import type { RequirementsView } from '../model/requirements-view.ts';
import type { FaultsView } from '../model/views.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { formatExact } from '../format/quantity.ts';
import type { Namers } from './asker.tsx';
import { FaultStory } from './fault-story.tsx';
import { faultSentence } from './faults-pane.tsx';
import type { Select } from './linked-words.tsx';
import { Pane } from './pane.tsx';

/** `tryIt`: the button that makes a device do what it should not. */
function noneWords(mode: IommuMode, tryIt: string): string {
  const press = `Press “${tryIt}”`;
  if (mode === 'translated') {
    return `Nothing has been stopped yet. ${press}: the IOMMU stops it at the wall, and the reason appears here.`;
  }
  const where = mode === 'bypass' ? 'In bypass nothing is' : 'Without an IOMMU nothing is ever';
  return `${where} stopped. ${press}, and see it succeed.`;
}

export interface StoryPaneProps {
  /** The fault that is told of; null while nothing was stopped. */
  readonly told: ReadonlySignal<{ readonly tale: FaultTale; readonly isOlder: boolean } | null>;
  /** Faults of the present, which may be another moment: news is read out wherever a person looks. */
  readonly latest: ReadonlySignal<FaultsView>;
  readonly requirements: ReadonlySignal<RequirementsView>;
  /** Asks for the requirements. */
  readonly onWantRules: () => void;
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly driver: ReadonlySignal<Namers['driver']>;
  readonly callers: ReadonlySignal<Namers['callers']>;
  /** The button beside this pane that makes a device do what it should not. */
  readonly tryIt: string;
  /** Whether news is read out here; elsewhere it is, where all faults are listed. */
  readonly isAnnouncing: boolean;
  /** Tells of the latest again. */
  readonly onFollow: () => void;
  readonly onSelect: Select;
  /** Shows the moment after an event. */
  readonly onLook: (sequence: number) => void;
  /** Shows rules among all of them, with their tests. */
  readonly onRule: (text: string) => void;
  /** Shows all faults, where they are not beside. */
  readonly onAll?: (() => void) | undefined;
  /** Shows what is selected in its place, where both have one. */
  readonly onChosen?: (() => void) | undefined;
}

function News({ latest, info }: Pick<StoryPaneProps, 'latest' | 'info'>): JSX.Element {
  const [news] = latest.value.list;
  const sentence =
    news === undefined
      ? ''
      : `Stopped: ${faultSentence(endpointName(info.value, news.fault.endpoint), news)}.`;
  return (
    <p class="visually-hidden" aria-live="polite">
      {sentence}
    </p>
  );
}

export function StoryPane(props: StoryPaneProps): JSX.Element {
  const { onFollow, onAll, onChosen, onSelect, onLook, onWantRules } = props;
  const told = props.told.value;
  const isTold = told !== null;
  useEffect(() => {
    if (isTold) onWantRules();
  }, [isTold, onWantRules]);
  const namers: Namers = { driver: props.driver.value, callers: props.callers.value };
  const note = told === null ? 'None yet.' : `#${formatExact(told.tale.fault.sequence)}`;
  return (
    <Pane
      id="story"
      title="Stopped access"
      note={note}
      tools={
        told === null && onChosen === undefined ? undefined : (
          <>
            {onChosen === undefined ? null : (
              <button type="button" class="button button-small" onClick={onChosen}>
                What is selected
              </button>
            )}
            {told?.isOlder === true ? (
              <button type="button" class="button button-small" onClick={onFollow}>
                Latest
              </button>
            ) : null}
            {onAll === undefined || told === null ? null : (
              <button type="button" class="button button-small" onClick={onAll}>
                All in Inspect
              </button>
            )}
          </>
        )
      }
    >
      {props.isAnnouncing ? <News latest={props.latest} info={props.info} /> : null}
      {told === null ? (
        <p class="empty">{noneWords(props.mode.value, props.tryIt)}</p>
      ) : (
        <div class="scroll story" role="group" aria-label="Story" tabIndex={0}>
          <FaultStory
            key={told.tale.fault.sequence}
            tale={told.tale}
            requirements={props.requirements.value}
            namers={namers}
            onSelect={onSelect}
            onLook={onLook}
            onRule={props.onRule}
          />
        </div>
      )}
    </Pane>
  );
}
