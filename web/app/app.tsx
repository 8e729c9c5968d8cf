// The whole page.

import { useComputed, type ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { AddressNotice } from '../components/address-notice.tsx';
import { ClockContext } from '../components/clock-context.ts';
import { DropZone, type DropZoneProps } from '../components/drop-zone.tsx';
import { GuidedStory } from '../components/guided-story.tsx';
import { LabDialog } from '../components/lab-dialog.tsx';
import { PicturePane } from '../components/picture-pane.tsx';
import { ReachFigure } from '../components/reach-figure.tsx';
import { RecordingNotice, type RecordingNoticeProps } from '../components/recording-controls.tsx';
import { ReplaceDialog, type ReplaceDialogProps } from '../components/replace-dialog.tsx';
import { SeeActions } from '../components/see-actions.tsx';
import { SeeSide } from '../components/see-side.tsx';
import { ShareButton, type ShareButtonProps } from '../components/share-button.tsx';
import { TimeBar } from '../components/time-bar.tsx';
import { TraceBanner, type TraceBannerProps } from '../components/trace-banner.tsx';
import { TopBar } from '../components/top-bar.tsx';
import { UpdateNotice, type UpdateNoticeProps } from '../components/update-notice.tsx';
import { ViewSwitch } from '../components/view-switch.tsx';
import { clockOf } from '../format/clock.ts';
import { DeskView } from '../desk/desk-view.tsx';
import type { Desk } from '../desk/desk.ts';
import type { DeskPane } from '../desk/desk-pane.ts';
import { Sights } from '../desk/sights.ts';
import { PanesMenu } from '../desk/panes-menu.tsx';
import type { MachineDoor } from './machine-door.tsx';
import { OverlayButtons, OverlayView, type Overlays } from './overlays.tsx';
import type { PaneProps } from './pane-props.ts';
import { PANES, type PaneEntry } from './pane-table.tsx';
import type { SeeProps } from './see-props.ts';
import { Part, UNFOLDED } from './unfolding.tsx';
import type { ViewChoice } from './view-choice.ts';

/**
 * In which order the page unfolds: what the others have their sizes from, what is seen first, then the panes one by one, and at
 * last what is not seen unless it is asked for.
 */
const FRAME = 1;
const PICTURE = 2;
const ACTIONS = 3;
const SIDE = 4;
const FIRST_PANE = 5;
const UNSEEN = FIRST_PANE + PANES.length;
/** So many parts there are. */
export const PARTS = UNSEEN;

/** Jumps between panes where they stand below each other. */
function SectionNav({ desk }: { readonly desk: Desk }): JSX.Element {
  const titles = new Map<string, string>(PANES.map(({ id, title }) => [id, title]));
  return (
    <nav class="section-nav" aria-label="Sections">
      {desk.open.value.map((id) => (
        <a key={id} href={`#${id}`}>
          {titles.get(id)}
        </a>
      ))}
    </nav>
  );
}

/** How files are opened. */
export interface OpeningProps extends DropZoneProps, ReplaceDialogProps {
  readonly notice: RecordingNoticeProps;
}

export interface AppProps {
  readonly panes: PaneProps;
  readonly see: SeeProps;
  readonly choice: ViewChoice;
  readonly desk: Desk;
  /** Whether panes stand side by side. */
  readonly hasRoom: ReadonlySignal<boolean>;
  readonly overlays: Overlays;
  readonly isOfLaterPage: boolean;
  readonly machine: Pick<MachineDoor, 'View'>;
  readonly update: UpdateNoticeProps;
  readonly opening: OpeningProps;
  readonly sharing: ShareButtonProps;
  /** What is said of the trace that is shown; null for the machine. */
  readonly trace: TraceBannerProps | null;
  /** Parts that are shown already; all if left out. */
  readonly shown?: ReadonlySignal<number>;
  /** Which panes are in sight; the page's own if left out. */
  readonly sights?: Sights;
}

/** The panes have the same place in the tree of both views: what the console has printed stays. */
export function App(props: AppProps): JSX.Element {
  const { panes, see, choice, desk, hasRoom, overlays, isOfLaterPage, machine, update } = props;
  const { opening, sharing, trace, shown = UNFOLDED } = props;
  const view = choice.view.value;
  const isSee = view === 'see';
  const sights = useMemo(() => props.sights ?? new Sights(), [props.sights]);
  // All of the page is not drawn anew for each moment
  const { looking } = panes.timeBar;
  const moment = useComputed(() => looking.value.kind);
  const deskPanes = useMemo(
    () =>
      PANES.map((entry: PaneEntry, index): DeskPane => ({
        ...entry,
        isKept: entry.isKept ?? false,
        isHalf: entry.isHalf ?? false,
        isPresent: entry.isPresent ?? false,
        sight: sights.of(entry.id),
        render: () => (
          <Part at={FIRST_PANE + index} shown={shown}>
            {entry.render(sights.of(entry.id).propsOf(panes), view)}
          </Part>
        ),
      })),
    [panes, view, sights, shown],
  );
  const isTold = isSee && see.guided.view.value !== null;
  // The story says why its own access was stopped; for other things they have to be chosen
  const hasSide = isSee && (!isTold || see.side.chosen.value !== null);
  const { frame, history } = panes.timeBar;
  const hasTimes = useComputed(() => {
    void frame.value;
    return history()?.record.head.facts.times ?? true;
  });
  return (
    <ClockContext.Provider value={clockOf(hasTimes.value)}>
      <div class="app" data-moment={moment}>
        <TopBar
          {...panes.topBar}
          help={<OverlayButtons overlays={overlays} />}
          share={<ShareButton {...sharing} />}
          views={
            <div class="views">
              <ViewSwitch {...choice} />
              {isSee ? null : <PanesMenu desk={desk} panes={deskPanes} />}
            </div>
          }
        />
        <AddressNotice isOfLaterPage={isOfLaterPage} />
        <UpdateNotice {...update} />
        {trace === null ? null : <TraceBanner {...trace} />}
        <RecordingNotice {...panes.recording} />
        <RecordingNotice {...opening.notice} />
        <OverlayView overlays={overlays} />
        <Part at={UNSEEN} shown={shown}>
          <machine.View />
        </Part>
        {isSee ? null : <SectionNav desk={desk} />}
        <main class="layout" data-view={view} data-told={isTold}>
          {isTold ? <GuidedStory key="guided" {...see.guided} /> : null}
          {isSee ? (
            <div class="column column-see" key="see">
              <Part at={PICTURE} shown={shown}>
                <ReachFigure {...see.figure} />
                <PicturePane {...see.picture} />
              </Part>
              {trace === null ? (
                <Part at={ACTIONS} shown={shown}>
                  <SeeActions {...see.actions} />
                </Part>
              ) : null}
            </div>
          ) : null}
          {hasSide ? (
            <Part at={SIDE} shown={shown} key="side">
              <SeeSide {...see.side} />
            </Part>
          ) : null}
          <DeskView
            key="desk"
            desk={desk}
            panes={deskPanes}
            hasRoom={hasRoom}
            only={isSee ? 'console' : null}
          />
        </main>
        <Part at={FRAME} shown={shown}>
          <TimeBar {...panes.timeBar} />
        </Part>
        <Part at={UNSEEN} shown={shown}>
          <ReplaceDialog question={opening.question} />
          <LabDialog {...panes.labDialog} />
          <DropZone onOpen={opening.onOpen} onRefuse={opening.onRefuse} />
        </Part>
      </div>
    </ClockContext.Provider>
  );
}
