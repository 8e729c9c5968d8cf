// Beside the picture: the story of the access that was stopped last, or what was chosen in the picture.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Locator } from '../model/locator.ts';
import { InspectorPane, type InspectorPaneProps } from './inspector-pane.tsx';
import { StoryPane, type StoryPaneProps } from './story-pane.tsx';

export interface SeeSideProps {
  readonly chosen: ReadonlySignal<Locator | null>;
  readonly inspector: Omit<InspectorPaneProps, 'onStory'>;
  readonly story: Omit<StoryPaneProps, 'onChosen'>;
}

/** What was chosen or stopped last is what is shown. */
export function SeeSide({ chosen, inspector, story }: SeeSideProps): JSX.Element {
  const told = story.told.value?.tale.fault.sequence ?? null;
  const newest = story.latest.value.list[0]?.fault.sequence ?? null;
  const locator = chosen.value;
  const isFault = locator?.kind === 'event' && locator.sequence === told;
  const hasOther = locator !== null && !isFault;
  const [showsOther, setShowsOther] = useState(hasOther);
  useLayoutEffect(() => setShowsOther(hasOther), [locator, hasOther]);
  const known = useRef(newest);
  useLayoutEffect(() => {
    if (newest !== null && newest !== known.current) setShowsOther(false);
    known.current = newest;
  }, [newest]);
  return showsOther && hasOther ? (
    <InspectorPane
      {...inspector}
      onStory={told === null ? undefined : () => setShowsOther(false)}
    />
  ) : (
    <StoryPane {...story} onChosen={hasOther ? () => setShowsOther(true) : undefined} />
  );
}
