// The whole page.

import type { JSX } from 'preact';
import { ConsolePane } from '../components/console-pane.tsx';
import { EndpointsPane } from '../components/endpoints-pane.tsx';
import { FaultsPane } from '../components/faults-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { EventsPane } from '../components/events-pane.tsx';
import { MomentStrip } from '../components/moment-strip.tsx';
import { useMomentKeys } from '../components/moment-keys.ts';
import { RecordingNotice } from '../components/recording-controls.tsx';
import { RoguePane } from '../components/rogue-pane.tsx';
import { TopBar } from '../components/top-bar.tsx';
import type { PaneProps } from './pane-props.ts';

/** Jumps between panes where they stand below each other. */
const SECTIONS = [
  ['console', 'Console'],
  ['rogue', 'Rogue'],
  ['endpoints', 'Endpoints'],
  ['mappings', 'Mappings'],
  ['events', 'Events'],
] as const;

export function App({ panes }: { panes: PaneProps }): JSX.Element {
  useMomentKeys(panes.momentKeys);
  return (
    <div class="app" data-moment={panes.moment.looking.value.kind}>
      <TopBar {...panes.topBar} />
      <RecordingNotice {...panes.recording} />
      <nav class="section-nav" aria-label="Sections">
        {SECTIONS.map(([id, label]) => (
          <a href={`#${id}`}>{label}</a>
        ))}
      </nav>
      <main class="layout">
        <div class="column column-machine">
          <ConsolePane {...panes.console} />
          <div class="row">
            <RoguePane {...panes.rogue} />
            <FaultsPane {...panes.faults} />
          </div>
        </div>
        <div class="column column-iommu">
          <EndpointsPane {...panes.endpoints} />
          <div class="row row-tall">
            <MappingsPane {...panes.mappings} />
            <EventsPane {...panes.events} />
          </div>
        </div>
      </main>
      <MomentStrip {...panes.moment} />
    </div>
  );
}
