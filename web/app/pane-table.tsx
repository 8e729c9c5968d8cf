// The panes of Inspect. To add one:
//
// 1. write its component in web/components, in the frame `Pane`, with narrow props;
// 2. make these props of the session in pane-props.ts;
// 3. add an entry here. It is then in the Panes menu, can be moved and closed, is remembered, and `desk.show(id)` leads to it.
//
// `id` is that of the component's frame. `home` says with which others it shares tabs at first (the plans below have the place of
// each home); those that are not `isOpen` wait in the Panes menu. A pane whose code is to be fetched when it is shown first:
// `render: later(() => import('../components/x-pane.tsx').then(({ XPane }) => XPane), ({ x }) => x)`.

import type { JSX } from 'preact';
import { ConsolePane } from '../components/console-pane.tsx';
import { EndpointsPane } from '../components/endpoints-pane.tsx';
import { EventsPane } from '../components/events-pane.tsx';
import { FaultsPane } from '../components/faults-pane.tsx';
import { InspectorPane } from '../components/inspector-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { RoguePane } from '../components/rogue-pane.tsx';
import { StoryPane } from '../components/story-pane.tsx';
import type { PageView } from '../components/view-switch.tsx';
import type { HomePlan } from '../desk/home-layout.ts';
import { later } from './later.tsx';
import type { PaneProps } from './pane-props.ts';

/** Places that panes have at first. */
export type Home = 'console' | 'attack' | 'faults' | 'devices' | 'mappings' | 'events' | 'detail';

export interface PaneEntry {
  readonly id: string;
  readonly title: string;
  /** A sentence that says what it shows. */
  readonly about: string;
  readonly home: Home;
  readonly isOpen: boolean;
  /** It stays as it is while it is not seen; others begin anew when they are shown again. */
  readonly isKept?: boolean;
  /** Two of these stand side by side where the page is as wide as a tablet. */
  readonly isHalf?: boolean;
  /** It stays with the machine, in its present, when the page looks at the past. */
  readonly isPresent?: boolean;
  readonly render: (props: PaneProps, view: PageView) => JSX.Element;
}

export const PANES = [
  {
    id: 'console',
    title: 'Console',
    about: 'The PC’s serial port, to type into.',
    home: 'console',
    isOpen: true,
    isKept: true,
    isPresent: true,
    render: (props, view) => <ConsolePane {...props.console} offersCommands={view === 'inspect'} />,
  },
  {
    id: 'rogue',
    title: 'Rogue DMA',
    about: 'Makes a device access an address of your choice.',
    home: 'attack',
    isOpen: true,
    isKept: true,
    isPresent: true,
    isHalf: true,
    render: ({ rogue }) => <RoguePane {...rogue} />,
  },
  {
    id: 'attack',
    title: 'Attack',
    about: 'Attacks by edu, the device for experiments: what each does, and what to expect.',
    home: 'attack',
    isOpen: true,
    isKept: true,
    isPresent: true,
    render: later(
      () => import('../components/attack-pane.tsx').then(({ AttackPane }) => AttackPane),
      ({ attack }) => attack,
    ),
  },
  {
    id: 'faults',
    title: 'Faults',
    about: 'Accesses that the IOMMU has stopped, and why.',
    home: 'faults',
    isOpen: true,
    isHalf: true,
    render: ({ faults }) => <FaultsPane {...faults} />,
  },
  {
    id: 'endpoints',
    title: 'Endpoints',
    about: 'Devices behind the IOMMU, their domains, and what they do.',
    home: 'devices',
    isOpen: true,
    render: ({ endpoints }) => <EndpointsPane {...endpoints} />,
  },
  {
    id: 'mappings',
    title: 'Mappings',
    about: 'What is mapped in a domain.',
    home: 'mappings',
    isOpen: true,
    isHalf: true,
    render: ({ mappings }) => <MappingsPane {...mappings} />,
  },
  {
    id: 'address-map',
    title: 'Address space',
    about: 'The map of a domain’s addresses, from all of them down to one page.',
    home: 'mappings',
    isOpen: true,
    render: later(
      () => import('../components/address-map-pane.tsx').then((module) => module.AddressMapPane),
      ({ addressMap }) => addressMap,
    ),
  },
  {
    id: 'memory-map',
    title: 'Memory map',
    about: 'The PC’s memory, a dot for each page: who reaches it now, or ever did.',
    home: 'mappings',
    isOpen: true,
    render: later(
      () => import('../components/memory-map-pane.tsx').then((module) => module.MemoryMapPane),
      ({ memoryMap }) => memoryMap,
    ),
  },
  {
    id: 'events',
    title: 'Events',
    about: 'What Linux asks of the IOMMU, and what happens.',
    home: 'events',
    isOpen: true,
    isHalf: true,
    render: ({ events }) => <EventsPane {...events} />,
  },
  {
    id: 'inspector',
    title: 'Inspector',
    about: 'What is selected: its bytes, their fields, and the rules.',
    home: 'detail',
    isOpen: true,
    isHalf: true,
    render: ({ inspector }) => <InspectorPane {...inspector} />,
  },
  {
    id: 'story',
    title: 'Stopped access',
    about: 'The story of one fault: what led to it, and who did that.',
    home: 'detail',
    isOpen: true,
    isHalf: true,
    render: ({ story }) => <StoryPane {...story} />,
  },
  {
    id: 'sweep',
    title: 'Sweep',
    about: 'Tries what each device can reach, page by page: does anything leak?',
    home: 'mappings',
    isOpen: false,
    isKept: true,
    isPresent: true,
    render: later(
      () => import('../components/sweep-pane.tsx').then(({ SweepPane }) => SweepPane),
      ({ sweep }) => sweep,
    ),
  },
  {
    id: 'window',
    title: 'Unmap window',
    about: 'What devices still reach after the driver has unmapped it.',
    home: 'mappings',
    isOpen: false,
    isPresent: true,
    render: later(
      () => import('../components/window-pane.tsx').then(({ WindowPane }) => WindowPane),
      ({ window }) => window,
    ),
  },
  {
    id: 'armed',
    title: 'Armed',
    about:
      'Armed accesses: a rogue one that is made when something happens, an event, a stage, a time.',
    home: 'attack',
    isOpen: false,
    isKept: true,
    isPresent: true,
    render: later(
      () => import('../components/armed-pane.tsx').then(({ ArmedPane }) => ArmedPane),
      ({ armed }) => armed,
    ),
  },
  {
    id: 'rules',
    title: 'Conformance',
    about: 'The rules of the specification, and the tests that show them.',
    home: 'detail',
    isOpen: false,
    render: later(
      () => import('../components/rules-pane.tsx').then(({ RulesPane }) => RulesPane),
      ({ rules }) => rules,
    ),
  },
  {
    id: 'statistics',
    title: 'Statistics',
    about: 'Figures of a stretch of time: requests, mappings, DMA, faults, who asked.',
    home: 'devices',
    isOpen: false,
    render: later(
      () => import('../components/statistics-pane.tsx').then((module) => module.StatisticsPane),
      ({ statistics }) => statistics,
    ),
  },
] as const satisfies readonly PaneEntry[];

/** Two columns, as on most screens. */
export const DESK_PLAN: HomePlan = {
  kind: 'row',
  parts: [
    [
      489,
      {
        kind: 'column',
        parts: [
          [500, { homes: ['console'] }],
          [
            500,
            {
              kind: 'row',
              parts: [
                [440, { homes: ['attack'] }],
                [560, { homes: ['faults', 'detail'] }],
              ],
            },
          ],
        ],
      },
    ],
    [
      511,
      {
        kind: 'column',
        parts: [
          [465, { homes: ['devices'] }],
          [
            535,
            {
              kind: 'row',
              parts: [
                [533, { homes: ['mappings'] }],
                [467, { homes: ['events'] }],
              ],
            },
          ],
        ],
      },
    ],
  ],
};

/** Four columns, where there is room for them. */
export const WALL_PLAN: HomePlan = {
  kind: 'row',
  parts: [
    [
      270,
      {
        kind: 'column',
        parts: [
          [650, { homes: ['console'] }],
          [350, { homes: ['attack'] }],
        ],
      },
    ],
    [
      270,
      {
        kind: 'column',
        parts: [
          [350, { homes: ['devices'] }],
          [650, { homes: ['mappings'] }],
        ],
      },
    ],
    [
      230,
      {
        kind: 'column',
        parts: [
          [400, { homes: ['faults'] }],
          [600, { homes: ['detail'] }],
        ],
      },
    ],
    [230, { homes: ['events'] }],
  ],
};
