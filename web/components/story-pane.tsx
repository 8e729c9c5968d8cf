// The story of one stopped access: the one that was chosen, or the latest.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IommuMode, MachineInfo } from '../../src/worker/api/power.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import type { FaultsView } from '../model/views.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { formatExact } from '../format/quantity.ts';
import { FaultCard, faultSentence } from './faults-pane.tsx';
import { Pane } from './pane.tsx';
import type { InspectPane, ShownPicture } from './picture-pane.tsx';

const NONE: Readonly<Record<IommuMode, string>> = {
  translated:
    'Nothing has been stopped yet. Let a device overreach: the IOMMU stops it at the wall, and here stands why.',
  bypass: 'In bypass nothing is stopped: let a device overreach, and see it succeed.',
  off: 'Without an IOMMU nothing is ever stopped: let a device overreach, and see it succeed.',
};

export interface StoryPaneProps {
  readonly picture: ReadonlySignal<ShownPicture | null>;
  /** Faults of the present, which may be another moment: news is read out wherever a person looks. */
  readonly latest: ReadonlySignal<FaultsView>;
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  /** Sequence of the fault that was chosen; null for the latest. */
  readonly told: ReadonlySignal<number | null>;
  readonly onFollow: () => void;
  readonly onInspect: (pane: InspectPane) => void;
}

export function StoryPane(props: StoryPaneProps): JSX.Element {
  const { onFollow, onInspect } = props;
  const faults = props.picture.value?.faults ?? [];
  const told = props.told.value;
  const [newest] = faults;
  const chosen = faults.find(({ fault }) => fault.sequence === told) ?? newest;
  const nameOf = (endpoint: number): string => endpointName(props.info.value, endpoint);
  const [news] = props.latest.value.list;
  const isNewest = chosen === newest;
  const note = chosen === undefined ? 'None yet.' : `#${formatExact(chosen.fault.sequence)}`;
  return (
    <Pane
      id="story"
      title="Stopped access"
      note={note}
      tools={
        chosen === undefined ? undefined : (
          <>
            {isNewest ? null : (
              <button type="button" class="button button-small" onClick={onFollow}>
                Latest
              </button>
            )}
            <button type="button" class="button button-small" onClick={() => onInspect('faults')}>
              All in Inspect
            </button>
          </>
        )
      }
    >
      <p class="visually-hidden" aria-live="polite">
        {news === undefined ? '' : `Stopped: ${faultSentence(nameOf(news.fault.endpoint), news)}.`}
      </p>
      {chosen === undefined ? (
        <p class="empty">{NONE[props.mode.value]}</p>
      ) : (
        <ul class="scroll faults" aria-label="Story" tabIndex={0}>
          <FaultCard
            key={chosen.fault.sequence}
            name={nameOf(chosen.fault.endpoint)}
            record={chosen}
            story={props.stories.value.get(chosen.fault.sequence)}
          />
        </ul>
      )}
    </Pane>
  );
}
