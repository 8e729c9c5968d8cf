// The rooms of the page.

import type { Room } from './room.ts';

/** The names of the specification. */
const PROTOCOL = 'src/iommu/protocol/protocol.ts';

/** And of its statuses. */
const STATUS_NAMES = 'src/iommu/protocol/status-names.ts';

/** What any room of the page may know of the product. */
const PAGE_IMPORTS = ['src/base', PROTOCOL, STATUS_NAMES];
const PAGE_TYPES = ['src/iommu/events', 'src/trace', 'src/trace/record', 'src/worker/api'];

/** Values that the border has. */
const BOOT_STAGES = 'src/worker/api/power.ts';
/** What a stretch of time is. */
const TIME_RANGE = 'src/trace/record/time-range.ts';

export const PAGE: readonly Room[] = [
  {
    folder: 'web',
    purpose: 'the page: its start, and what all of it shares',
    imports: [
      'guest-images/modules/edu.ko?url&inline',
      'src/worker/api',
      'web/app',
      'web/embed',
      'web/offline',
      'web/share',
      'web/session',
      'web/session/address',
      'web/styles',
      'web/testing',
    ],
    packages: ['@preact/signals', '@xterm/xterm'],
  },
  {
    folder: 'web/app',
    purpose: 'the page put together: which parts there are, and what each is given of the session',
    imports: [
      'src/base',
      'src/machine/plan/dma-way.ts',
      'src/memory',
      'src/trace/filter/examples.ts',
      TIME_RANGE,
      'web/commands',
      'web/components',
      'web/desk',
      'web/filter-editor',
      'web/format',
      'web/glossary',
      'web/help',
      'web/machine-dialog',
      'web/model',
      'web/next-task.ts',
      'web/palette',
      'web/picture',
      'web/session',
      'web/session/address',
      'web/share',
      'web/story',
      'web/theme.ts',
    ],
    types: ['src/worker/api', 'web/offline'],
    packages: ['@preact/signals', 'preact'],
  },
  {
    folder: 'web/commands',
    purpose: 'what can be done on the page, as data, and its keys',
    imports: [],
    packages: ['preact'],
  },
  {
    folder: 'web/palette',
    purpose: 'commands and places found by a few letters; fetched when it is opened',
    imports: ['web/commands', 'web/format'],
    packages: ['@leeoniya/ufuzzy', 'preact'],
  },
  {
    folder: 'web/help',
    purpose: 'the sheet of keys and terms; fetched when it is opened',
    imports: ['web/commands', 'web/glossary'],
    packages: ['preact'],
  },
  {
    folder: 'web/glossary',
    purpose: 'the words of the field, and how a word shows its meaning',
    imports: [],
    packages: ['@floating-ui/dom', 'preact'],
  },
  {
    folder: 'web/desk',
    purpose: 'panes that can be moved, closed, remembered; knows no pane, only that there are some',
    imports: ['web/components', 'web/next-task.ts'],
    packages: ['@preact/signals', 'preact'],
  },
  {
    folder: 'web/offline',
    purpose: "the page's side of its service worker",
    imports: [],
    types: ['src/worker/offline'],
    packages: ['@preact/signals'],
  },
  {
    folder: 'web/share',
    purpose:
      'what can be given to others: links with a session, traces, pictures; fetched when asked for',
    imports: ['src/trace/formats', 'src/trace/record', 'src/trace/replay', 'web/picture'],
  },
  {
    folder: 'web/embed',
    purpose: '`<viommu-machine>`, and the page in its frame',
    imports: [PROTOCOL, 'web/session/until.ts'],
    types: ['src/iommu/events', 'src/shell', 'src/trace/record', 'web/session'],
    packages: ['@preact/signals'],
  },
  { folder: 'web/examples', purpose: 'the page of examples', imports: [], types: ['web/embed'] },
  {
    folder: 'web/session',
    purpose: "the page's side of the machine, by topics",
    imports: [
      ...PAGE_IMPORTS,
      'src/kernel/known-kernel.ts',
      'src/machine/images/kernel-mark.ts',
      'src/trace/filter',
      'src/trace/record',
      'src/trace/statistics',
      'web/address-map',
      'web/events',
      'web/format',
      'web/inspector',
      'web/memory-map',
      'web/model',
      'web/picture',
      'web/story',
    ],
    types: [
      ...PAGE_TYPES,
      'src/iommu/store',
      'src/trace/replay',
      'web/conformance',
      'web/session/address/move.ts',
    ],
    packages: ['comlink', '@preact/signals'],
  },
  {
    folder: 'web/session/address',
    purpose: "the page's address: what it holds, its version, and how it follows what is looked at",
    imports: ['src/base', 'src/machine/images/image-files.ts', 'web/model'],
    types: ['src/worker/api', 'web/session'],
  },
  {
    // Never the session: a component is given values, signals and callbacks.
    folder: 'web/components',
    purpose: 'what is on the screen; knows no session, only what it is given',
    imports: [
      ...PAGE_IMPORTS,
      BOOT_STAGES,
      TIME_RANGE,
      'src/memory',
      'web/next-task.ts',
      'web/theme.ts',
      'web/address-map',
      'web/canvas',
      'web/conformance',
      'web/events',
      'web/format',
      'web/glossary',
      'web/inspector',
      'web/memory-map',
      'web/model',
      'web/picture',
      'web/statistics',
      'web/story',
      'web/timebar',
    ],
    types: [...PAGE_TYPES, 'src/trace/filter', 'src/trace/replay', 'web/filter-editor'],
    packages: ['@preact/signals', '@xterm/addon-fit', '@xterm/xterm', 'preact'],
  },
  {
    folder: 'web/filter-editor',
    purpose: "the filter's editor: colours, completion, keys; fetched when a filter is written",
    imports: ['src/trace/filter'],
    packages: [
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/state',
      '@codemirror/view',
      'preact',
    ],
  },
  {
    folder: 'web/machine-dialog',
    purpose:
      "everything that a plan holds, checked by the plan's own rules while it is written; fetched when it is opened",
    imports: [
      'src/iommu',
      'src/iommu/protocol',
      'src/machine/images',
      'src/machine/plan',
      'guest-images/images.json',
      'web/format',
      'web/styles',
    ],
    types: ['src/worker/api'],
    packages: ['preact'],
  },
  {
    folder: 'web/canvas',
    purpose: 'layout and painting of what is drawn',
    imports: [...PAGE_IMPORTS, 'src/lab/page-shapes.ts'],
    types: ['web/model', 'web/theme.ts'],
    packages: ['@xterm/xterm'],
  },
  {
    // Of a moment, never of now: the past is drawn by the same functions.
    folder: 'web/picture',
    purpose:
      'the picture of what devices can reach: its scene, its layout, its painting, its words',
    imports: [...PAGE_IMPORTS, 'src/trace/replay', 'web/canvas', 'web/format', 'web/next-task.ts'],
    types: PAGE_TYPES,
  },
  {
    folder: 'web/address-map',
    purpose:
      'the map of an address space (IOVA): its axis from 2^64 down to one page, layout and painting',
    imports: [...PAGE_IMPORTS, 'src/trace/replay', 'web/canvas', 'web/format', 'web/picture'],
    types: [...PAGE_TYPES, 'src/iommu/regions', 'web/model'],
  },
  {
    // Of a moment, never of now.
    folder: 'web/inspector',
    purpose:
      'what is to be said of the thing that is selected: facts, bytes with their fields, rules',
    imports: [
      'src/base',
      'src/memory',
      'src/endpoints/edu-registers.ts',
      'src/pci/config-layout.ts',
      'src/iommu/protocol',
      'src/iommu/protocol/layouts',
      'src/trace/record',
      'src/trace/explain',
      'web/format',
      'web/model',
    ],
    types: [...PAGE_TYPES, 'src/iommu/regions', 'src/trace/replay', 'web/conformance'],
  },
  {
    folder: 'web/story',
    purpose: 'the story of what an IOMMU does: its steps, what each goes on by, its words',
    imports: [...PAGE_IMPORTS, 'web/format'],
    types: PAGE_TYPES,
  },
  {
    folder: 'web/memory-map',
    purpose:
      'the map of memory (GPA): who reaches each page at a moment, or ever did, layout and painting',
    imports: [
      ...PAGE_IMPORTS,
      'src/trace/record',
      'src/trace/replay',
      'web/canvas',
      'web/format',
      'web/picture',
    ],
    types: [...PAGE_TYPES, 'web/model'],
  },
  {
    folder: 'web/statistics',
    purpose:
      'figures of a stretch of the record as tables, each row with where it leads; and as CSV and JSON',
    imports: [
      ...PAGE_IMPORTS,
      'src/memory',
      'src/trace/explain/causes.ts',
      'src/trace/filter/names.ts',
      'web/format',
      'web/model',
    ],
    types: [...PAGE_TYPES, 'src/trace/statistics'],
  },
  {
    // Sequences and places only: an event becomes an object when its row is seen.
    folder: 'web/events',
    purpose: 'the list of events: which rows there are, and which of them are on the screen',
    imports: [...PAGE_IMPORTS, 'src/trace/filter', 'src/trace/record'],
    types: PAGE_TYPES,
  },
  {
    folder: 'web/timebar',
    purpose: 'the time bar: its axis, what happened in each bucket of it, layout and painting',
    imports: [
      ...PAGE_IMPORTS,
      'src/trace/record',
      'src/trace/replay',
      'web/canvas',
      'web/format',
      'web/next-task.ts',
    ],
    types: PAGE_TYPES,
  },
  {
    folder: 'web/model',
    purpose: 'what the page knows: its copy of the record, and what is read from that',
    imports: [...PAGE_IMPORTS, 'src/memory', 'src/trace/record', 'src/trace/replay'],
    types: [...PAGE_TYPES, 'src/trace/statistics', 'web/conformance'],
  },
  {
    folder: 'web/format',
    purpose: 'numbers and events in words',
    imports: [...PAGE_IMPORTS, TIME_RANGE, 'src/trace/record/event-columns.ts'],
    types: PAGE_TYPES,
  },
  {
    folder: 'web/conformance',
    purpose: 'the requirements of the specification: which of them a thing falls under',
    imports: [],
  },
  { folder: 'web/styles', purpose: 'style sheets', imports: [] },
  {
    folder: 'web/testing',
    purpose: 'a machine without an emulator, for working on the page',
    imports: [
      ...PAGE_IMPORTS,
      'src/memory',
      'src/machine/plan',
      'src/trace/record',
      'src/worker/api',
    ],
    types: [...PAGE_TYPES, 'src/iommu/store'],
  },
];
