// What each part of See is given of the session.

import { freshLine } from '../components/fresh-line.ts';
import type { GuidedStoryProps } from '../components/guided-story.tsx';
import type { InspectPane, PicturePaneProps } from '../components/picture-pane.tsx';
import type { ReachFigureProps } from '../components/reach-figure.tsx';
import { OVERREACH, type SeeActionsProps } from '../components/see-actions.tsx';
import type { SeeSideProps } from '../components/see-side.tsx';
import type { MachineSession } from '../session/machine-session.ts';
import { inspectorProps } from './inspector-props.ts';
import type { StoryChoice } from './story-choice.ts';

/** Reads the disk that the story looks at, and no other. */
const DISK_READ = 'disk-read virtio';

/** The properties of all parts of See, each made once for a session. */
export interface SeeProps {
  readonly figure: ReachFigureProps;
  readonly picture: PicturePaneProps;
  readonly actions: SeeActionsProps;
  readonly side: SeeSideProps;
  readonly guided: GuidedStoryProps;
}

/** Where See leads to. */
export interface SeeWays {
  /** A pane of Inspect. */
  readonly onInspect: (pane: InspectPane) => void;
  /** Has edu attack the kernel. */
  readonly onAttack: () => void;
  readonly story: StoryChoice;
}

export function seeProps(
  session: MachineSession,
  { onInspect, onAttack, story }: SeeWays,
): SeeProps {
  const { power, console, iommu, stories, stray, picture, looked, moment, guided } = session;
  const { info, mode, notReady, noCommands } = power;
  const { inspector, story: told } = inspectorProps(session);
  // What a person does is done to the machine, which is in its present
  const act = <Result>(action: () => Result): Result => {
    moment.look(null);
    return action();
  };
  return {
    figure: { picture: picture.view },
    picture: {
      picture: picture.view,
      frame: session.frame,
      now: session.now,
      onNextFrame: session.onNextFrame,
      takeAccesses: () => picture.takeAccesses(),
      stories: stories.all,
      lookedAt: looked.faults,
      selection: iommu.selection,
      onSelect: (locator) => session.selection.select(locator),
      onPick: (endpoint) => session.pickEndpoint(endpoint),
      onLook: (sequence) => {
        looked.look(sequence);
        session.selection.select({ kind: 'event', sequence });
      },
      onInspect,
    },
    actions: {
      info,
      mode,
      notReady,
      noCommands,
      left: session.past.left,
      endpoint: stray.endpoint,
      onType: (text) => act(() => void console.type(text)),
      onSend: (request) => act(() => stray.send(request)),
      onStart: (wanted) => {
        session.beginAnew();
        void power.switchMode(wanted);
      },
      storyStep: guided.step,
      edu: session.attacks.endpoint,
      onAttack,
      onTell: () => story.onTell('see'),
    },
    guided: {
      ...story,
      view: guided.view,
      onAct: (wanted) => {
        if (wanted === 'inspect') onInspect('endpoints');
        else if (wanted === 'read-disk') act(() => void console.type(freshLine(DISK_READ)));
        else act(() => guided.act(wanted));
      },
      onSkip: () => guided.skip(),
    },
    side: {
      chosen: session.selection.chosen,
      inspector,
      story: { ...told, isAnnouncing: true, tryIt: OVERREACH, onAll: () => onInspect('faults') },
    },
  };
}
