// Where the groups of a layout stand, in parts of the whole (0 to 1), and what follows from that: who is beside whom, and where a
// pane that is let go of at a point would come to stand.

import {
  groupsOf,
  groupWith,
  hasSamePlaces,
  place,
  WHOLE,
  type Group,
  type Layout,
  type LayoutNode,
  type Side,
  type Target,
} from './layout.ts';

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedGroup {
  readonly group: Group;
  readonly rect: Rect;
}

/** A border that can be moved: behind child `index` of the row or column at `path`. */
export interface Splitter {
  readonly kind: 'row' | 'column';
  readonly path: readonly number[];
  readonly index: number;
  /** The row or column. */
  readonly rect: Rect;
  /** Where in it, in parts of `WHOLE`, and how far it can go. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Panes on both sides of it. */
  readonly between: readonly [string, string];
}

const ALL: Rect = { left: 0, top: 0, width: 1, height: 1 };
/** So close to a border of a group a pane is put beside it and not among its tabs. */
const BESIDE = 0.25;
/** So close to a border of the whole a pane is put along it. */
const EDGE = 0.02;

function childRect(kind: 'row' | 'column', rect: Rect, before: number, part: number): Rect {
  const start = before / WHOLE;
  const size = part / WHOLE;
  return kind === 'row'
    ? { ...rect, left: rect.left + rect.width * start, width: rect.width * size }
    : { ...rect, top: rect.top + rect.height * start, height: rect.height * size };
}

interface Found {
  readonly groups: PlacedGroup[];
  readonly splitters: Splitter[];
}

function walk(node: LayoutNode, rect: Rect, path: readonly number[], found: Found): void {
  if (node.kind === 'group') {
    found.groups.push({ group: node, rect });
    return;
  }
  const { kind, children, parts } = node;
  let before = 0;
  for (const [index, child] of children.entries()) {
    const part = parts[index] ?? 0;
    walk(child, childRect(kind, rect, before, part), [...path, index], found);
    const at = before + part;
    const to = at + (parts[index + 1] ?? 0);
    const one = groupsOf(child).at(-1)?.front;
    const other = groupsOf(children[index + 1] ?? null)[0]?.front;
    if (one !== undefined && other !== undefined)
      found.splitters.push({
        kind,
        path,
        index,
        rect,
        at,
        from: before,
        to,
        between: [one, other],
      });
    before = at;
  }
}

/** Groups in the order in which they are read, and the borders between them. */
export function measure(layout: Layout): Found {
  const found: Found = { groups: [], splitters: [] };
  if (layout !== null) walk(layout, ALL, [], found);
  return found;
}

const end = ({ left, width }: Rect): number => left + width;
const foot = ({ top, height }: Rect): number => top + height;

/** How much of a common border two places have; not above 0 where they have none. */
function touch(rect: Rect, other: Rect, side: Side): number {
  const near = 1e-6;
  const gap = {
    left: rect.left - end(other),
    right: other.left - end(rect),
    up: rect.top - foot(other),
    down: other.top - foot(rect),
  }[side];
  if (Math.abs(gap) > near) return 0;
  return side === 'left' || side === 'right'
    ? Math.min(foot(rect), foot(other)) - Math.max(rect.top, other.top)
    : Math.min(end(rect), end(other)) - Math.max(rect.left, other.left);
}

/** The group beside a pane's, the one with the longest common border; undefined at the edge. */
function neighbour(layout: Layout, pane: string, side: Side): Group | undefined {
  const { groups } = measure(layout);
  const own = groups.find(({ group }) => group.tabs.includes(pane));
  if (own === undefined) return undefined;
  const beside = groups
    .map(({ group, rect }) => ({ group, length: touch(own.rect, rect, side) }))
    .filter(({ length }) => length > 1e-6)
    .sort((one, other) => other.length - one.length);
  return beside[0]?.group;
}

/**
 * Moves a pane one place: out of its group; alone in it, past the group beside; at the edge, along the whole edge. The same layout
 * where that changes nothing.
 */
export function moveTowards(layout: Layout, pane: string, side: Side): Layout {
  const group = groupWith(layout, pane);
  if (group === undefined) return layout;
  const past = neighbour(layout, pane, side)?.front;
  const target: Target =
    group.tabs.length > 1
      ? { kind: 'beside', of: pane, side }
      : past === undefined
        ? { kind: 'edge', side }
        : { kind: 'beside', of: past, side };
  const moved = place(layout, pane, target);
  return hasSamePlaces(moved, layout) ? layout : moved;
}

/** Which side of 0 to 1 a point is nearest to, within a distance. */
function nearSide(x: number, y: number, distance: number): Side | null {
  const distances: readonly (readonly [Side, number])[] = [
    ['left', x],
    ['right', 1 - x],
    ['up', y],
    ['down', 1 - y],
  ];
  const [nearest] = [...distances].sort((one, other) => one[1] - other[1]);
  return nearest !== undefined && nearest[1] < distance ? nearest[0] : null;
}

/** Where a pane comes to stand that is let go of at a point of the whole; null where that changes nothing. */
export function targetAt(layout: Layout, pane: string, x: number, y: number): Target | null {
  const { groups } = measure(layout);
  const hit = groups.find(
    ({ rect }) => x >= rect.left && x < end(rect) && y >= rect.top && y < foot(rect),
  );
  if (hit === undefined) return null;
  const { group, rect } = hit;
  const edge = nearSide(x, y, EDGE);
  const side = nearSide((x - rect.left) / rect.width, (y - rect.top) / rect.height, BESIDE);
  const target: Target =
    edge !== null
      ? { kind: 'edge', side: edge }
      : side !== null
        ? { kind: 'beside', of: group.front, side }
        : { kind: 'tabs', of: group.front };
  if (target.kind === 'tabs' && group.tabs.includes(pane)) return null;
  return hasSamePlaces(place(layout, pane, target), layout) ? null : target;
}

/** The place that a target means, roughly: what is shown while a pane is dragged. */
export function targetRect(layout: Layout, target: Target): Rect {
  const { groups } = measure(layout);
  const whole =
    target.kind === 'edge'
      ? ALL
      : (groups.find(({ group }) => group.tabs.includes(target.of))?.rect ?? ALL);
  if (target.kind === 'tabs') return whole;
  const share = target.kind === 'edge' ? 0.25 : 0.5;
  const { side } = target;
  const width = side === 'left' || side === 'right' ? whole.width * share : whole.width;
  const height = side === 'up' || side === 'down' ? whole.height * share : whole.height;
  return {
    left: side === 'right' ? end(whole) - width : whole.left,
    top: side === 'down' ? foot(whole) - height : whole.top,
    width,
    height,
  };
}
