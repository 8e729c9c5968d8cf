// A layout as it is kept between visits. What is read there may be damaged, old, or of another version of the page: it is mended
// where that can be done, and otherwise not used.

import { bringToFront, groupOf, groupsOf, join, panesOf, place, type Layout } from './layout.ts';

/** Another one is not read. */
const VERSION = 1;
/** Deeper than any layout of the page's panes is. */
const DEEPEST = 32;

/** What the desk has to know of a pane to find a place for it. */
export interface PaneHome {
  readonly id: string;
  /** Panes with the same home are tabs of one group at first. */
  readonly home: string;
  /** Whether it is open at first. */
  readonly isOpen: boolean;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const weightOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 1;

/** What of a stored node is a layout; `left` are the panes that have no place yet. */
function mendNode(value: unknown, left: Set<string>, depth: number): Layout {
  if (!isRecord(value) || depth > DEEPEST) return null;
  const { kind, front } = value;
  if (kind === 'group') {
    const tabs = listOf(value['tabs']).filter(
      (pane): pane is string => typeof pane === 'string' && left.delete(pane),
    );
    return groupOf(tabs, tabs.find((pane) => pane === front) ?? tabs[0]);
  }
  if (kind !== 'row' && kind !== 'column') return null;
  const parts = listOf(value['parts']);
  const children = listOf(value['children']);
  return join(
    kind,
    children.map((child) => mendNode(child, left, depth + 1)),
    children.map((_, at) => weightOf(parts[at])),
  );
}

/** Opens a pane among those of its home, else in the group with the most panes; behind the others. */
export function openAtHome(layout: Layout, pane: PaneHome, panes: readonly PaneHome[]): Layout {
  const mates = panes.filter(({ home }) => home === pane.home).map(({ id }) => id);
  const groups = groupsOf(layout);
  const [largest] = [...groups].sort((one, other) => other.tabs.length - one.tabs.length);
  const group = groups.find(({ tabs }) => tabs.some((tab) => mates.includes(tab))) ?? largest;
  if (group === undefined) return groupOf([pane.id]);
  return place(layout, pane.id, { kind: 'tabs', of: group.front });
}

/** The text that is kept. */
export function printLayout(layout: Layout, panes: readonly PaneHome[]): string {
  return JSON.stringify({ version: VERSION, known: panes.map(({ id }) => id), layout });
}

/** The layout of a kept text; undefined when it is of no use. Panes that came with a later version of the page are opened. */
export function readLayout(text: string, panes: readonly PaneHome[]): Layout | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== VERSION) return undefined;
  const layout = mendNode(value['layout'], new Set(panes.map(({ id }) => id)), 0);
  // That all panes are closed is a layout, too; that none is left of a damaged one is not.
  if (layout === null && value['layout'] !== null) return undefined;
  const known = listOf(value['known']);
  const open = panesOf(layout);
  return panes
    .filter(({ id, isOpen }) => isOpen && !known.includes(id) && !open.includes(id))
    .reduce((all, pane) => inBackground(all, pane, panes), layout);
}

/** What is new takes nobody's place. */
function inBackground(layout: Layout, pane: PaneHome, panes: readonly PaneHome[]): Layout {
  const fronts = groupsOf(layout).map(({ front }) => front);
  return fronts.reduce((all, front) => bringToFront(all, front), openAtHome(layout, pane, panes));
}
