// The whole page.

import type { JSX } from 'preact';
import { AddressMapPane } from '../components/address-map-pane.tsx';
import { AddressNotice } from '../components/address-notice.tsx';
import { ConsolePane } from '../components/console-pane.tsx';
import { EndpointsPane } from '../components/endpoints-pane.tsx';
import { FaultsPane } from '../components/faults-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { EventsPane } from '../components/events-pane.tsx';
import { useMomentKeys } from '../components/moment-keys.ts';
import { PicturePane } from '../components/picture-pane.tsx';
import { ReachFigure } from '../components/reach-figure.tsx';
import { RecordingNotice } from '../components/recording-controls.tsx';
import { RoguePane } from '../components/rogue-pane.tsx';
import { SeeActions } from '../components/see-actions.tsx';
import { StoryPane } from '../components/story-pane.tsx';
import { TimeBar } from '../components/time-bar.tsx';
import { TopBar } from '../components/top-bar.tsx';
import { UpdateNotice, type UpdateNoticeProps } from '../components/update-notice.tsx';
import { ViewSwitch } from '../components/view-switch.tsx';
import type { PaneProps } from './pane-props.ts';
import type { SeeProps } from './see-props.ts';
import type { ViewChoice } from './view-choice.ts';

/** Jumps between panes where they stand below each other. */
const SECTIONS = [
  ['console', 'Console'],
  ['rogue', 'Rogue'],
  ['endpoints', 'Endpoints'],
  ['mappings', 'Mappings'],
  ['events', 'Events'],
] as const;

function SectionNav(): JSX.Element {
  return (
    <nav class="section-nav" aria-label="Sections">
      {SECTIONS.map(([id, label]) => (
        <a href={`#${id}`}>{label}</a>
      ))}
    </nav>
  );
}

export interface AppProps {
  readonly panes: PaneProps;
  readonly see: SeeProps;
  readonly choice: ViewChoice;
  readonly isOfLaterPage: boolean;
  readonly update: UpdateNoticeProps;
}

/** The console has the same place in the tree of both views: what it has printed stays. */
export function App({ panes, see, choice, isOfLaterPage, update }: AppProps): JSX.Element {
  useMomentKeys(panes.momentKeys);
  const isSee = choice.view.value === 'see';
  return (
    <div class="app" data-moment={panes.timeBar.looking.value.kind}>
      <TopBar {...panes.topBar} views={<ViewSwitch {...choice} />} />
      <AddressNotice isOfLaterPage={isOfLaterPage} />
      <UpdateNotice {...update} />
      <RecordingNotice {...panes.recording} />
      {isSee ? null : <SectionNav />}
      <main class="layout" data-view={choice.view.value}>
        {isSee ? (
          <div class="column column-see" key="see">
            <ReachFigure {...see.figure} />
            <PicturePane {...see.picture} />
            <SeeActions {...see.actions} />
          </div>
        ) : null}
        <div class="column column-machine" key="machine">
          {isSee ? <StoryPane key="story" {...see.story} /> : null}
          <ConsolePane key="console" {...panes.console} offersCommands={!isSee} />
          {isSee ? null : (
            <div class="row" key="attack">
              <RoguePane {...panes.rogue} />
              <FaultsPane {...panes.faults} />
            </div>
          )}
        </div>
        {isSee ? null : (
          <div class="column column-iommu" key="iommu">
            <EndpointsPane {...panes.endpoints} />
            <div class="row row-tall">
              <MappingsPane {...panes.mappings} />
              <EventsPane {...panes.events} />
            </div>
            <AddressMapPane {...panes.addressMap} />
          </div>
        )}
      </main>
      <TimeBar {...panes.timeBar} />
    </div>
  );
}
