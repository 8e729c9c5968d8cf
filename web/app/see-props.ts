// What each part of See is given of the session.

import type { InspectPane, PicturePaneProps } from '../components/picture-pane.tsx';
import type { ReachFigureProps } from '../components/reach-figure.tsx';
import type { SeeActionsProps } from '../components/see-actions.tsx';
import type { SeeSideProps } from '../components/see-side.tsx';
import type { MachineSession } from '../session/machine-session.ts';
import { inspectorProps } from './inspector-props.ts';

/** The properties of all parts of See, each made once for a session. */
export interface SeeProps {
  readonly figure: ReachFigureProps;
  readonly picture: PicturePaneProps;
  readonly actions: SeeActionsProps;
  readonly side: SeeSideProps;
}

/** `onInspect` shows a pane of Inspect. */
export function seeProps(
  session: MachineSession,
  onInspect: (pane: InspectPane) => void,
): SeeProps {
  const { power, console, iommu, stories, stray, picture, looked, moment } = session;
  const { info, mode, notReady, noCommands, restarted } = power;
  const { inspector, story } = inspectorProps(session);
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
      restarted,
      endpoint: stray.endpoint,
      onType: (text) => act(() => void console.type(text)),
      onSend: (request) => act(() => stray.send(request)),
      onStart: (wanted) => act(() => void power.switchMode(wanted)),
    },
    side: {
      chosen: session.selection.chosen,
      inspector,
      story: { ...story, isAnnouncing: true, onAll: () => onInspect('faults') },
    },
  };
}
