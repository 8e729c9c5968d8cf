// The whole page.

import type { JSX } from 'preact';
import type { MachineSession } from '../machine-session.ts';
import { ConsolePane } from './console-pane.tsx';
import { EndpointsPane } from './endpoints-pane.tsx';
import { FaultsPane } from './faults-pane.tsx';
import { MappingsPane } from './mappings-pane.tsx';
import { EventsPane } from './events-pane.tsx';
import { RoguePane } from './rogue-pane.tsx';
import { TopBar } from './top-bar.tsx';

/** Jumps between panes where they stand below each other. */
const SECTIONS = [
  ['console', 'Console'],
  ['rogue', 'Rogue'],
  ['endpoints', 'Endpoints'],
  ['mappings', 'Mappings'],
  ['events', 'Events'],
] as const;

export function App({ session }: { session: MachineSession }): JSX.Element {
  return (
    <div class="app">
      <TopBar session={session} />
      <nav class="section-nav" aria-label="Sections">
        {SECTIONS.map(([id, label]) => (
          <a href={`#${id}`}>{label}</a>
        ))}
      </nav>
      <main class="layout">
        <div class="column column-machine">
          <ConsolePane session={session} />
          <div class="row">
            <RoguePane session={session} />
            <FaultsPane session={session} />
          </div>
        </div>
        <div class="column column-iommu">
          <EndpointsPane session={session} />
          <div class="row row-tall">
            <MappingsPane session={session} />
            <EventsPane session={session} />
          </div>
        </div>
      </main>
    </div>
  );
}
