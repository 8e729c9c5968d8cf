// Where panes stand: a tree of rows and columns whose leaves are groups, in each group tabs. Pure: every change gives a new
// layout, in which no pane is twice, no group is empty, and the parts of every row and column sum up to `WHOLE`.

/** What a row or a column is cut into. */
export const WHOLE = 1000;
/** The least a child of a row or a column has; less only when there are too many for that. */
export const LEAST = 60;

/** Panes that share one place; the one in front is seen, the others are its tabs. */
export interface Group {
  readonly kind: 'group';
  readonly tabs: readonly string[];
  readonly front: string;
}

/** Children side by side (`row`) or one above another (`column`), and how much of it each has. */
export interface Split {
  readonly kind: 'row' | 'column';
  readonly children: readonly LayoutNode[];
  readonly parts: readonly number[];
}

export type LayoutNode = Group | Split;
/** Null: no pane is open. */
export type Layout = LayoutNode | null;

export type Side = 'left' | 'right' | 'up' | 'down';

/** Where a pane can be put: among the tabs of another one, at a side of its group, or along a side of the whole. */
export type Target =
  | { readonly kind: 'tabs'; readonly of: string }
  | { readonly kind: 'beside'; readonly of: string; readonly side: Side }
  | { readonly kind: 'edge'; readonly side: Side };

/** What a pane has that is put along a side of the whole. */
const EDGE_PARTS = 250;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Whole parts in the proportions of these weights, none below the least, which sum up to `WHOLE`. */
export function shareOut(weights: readonly number[]): readonly number[] {
  const least = Math.min(LEAST, Math.floor(WHOLE / weights.length));
  const total = sum(weights);
  const wanted = weights.map((each) => Math.max(least, total > 0 ? (each / total) * WHOLE : 0));
  const spare = sum(wanted.map((each) => each - least));
  const room = WHOLE - least * weights.length;
  const parts = wanted.map((each) =>
    spare > 0 ? least + Math.floor((room * (each - least)) / spare) : least,
  );
  const largest = parts.indexOf(Math.max(...parts));
  return parts.map((each, at) => (at === largest ? each + WHOLE - sum(parts) : each));
}

/** A row or a column; what is the same kind inside it becomes a part of it. */
export function join(
  kind: Split['kind'],
  children: readonly (LayoutNode | null)[],
  weights: readonly number[],
): Layout {
  const flat: { node: LayoutNode; weight: number }[] = [];
  for (const [at, node] of children.entries()) {
    const weight = weights[at] ?? 0;
    if (node === null) continue;
    if (node.kind !== kind) flat.push({ node, weight });
    else {
      for (const [inner, child] of node.children.entries())
        flat.push({ node: child, weight: (weight * (node.parts[inner] ?? 0)) / WHOLE });
    }
  }
  const [first] = flat;
  if (first === undefined) return null;
  if (flat.length === 1) return first.node;
  return {
    kind,
    children: flat.map(({ node }) => node),
    parts: shareOut(flat.map(({ weight }) => weight)),
  };
}

export function groupOf(tabs: readonly string[], front = tabs[0]): Layout {
  return front === undefined ? null : { kind: 'group', tabs, front };
}

/** All groups, in the order in which they are read. */
export function groupsOf(layout: Layout): readonly Group[] {
  if (layout === null) return [];
  return layout.kind === 'group' ? [layout] : layout.children.flatMap(groupsOf);
}

/** All open panes, in the order in which they are read. */
export function panesOf(layout: Layout): readonly string[] {
  return groupsOf(layout).flatMap(({ tabs }) => tabs);
}

export function groupWith(layout: Layout, pane: string): Group | undefined {
  return groupsOf(layout).find(({ tabs }) => tabs.includes(pane));
}

/** The layout with something else in the place of a pane's group. */
function exchange(node: LayoutNode, pane: string, make: (group: Group) => Layout): Layout {
  if (node.kind === 'group') return node.tabs.includes(pane) ? make(node) : node;
  const children = node.children.map((child) => exchange(child, pane, make));
  return join(node.kind, children, node.parts);
}

/** Shows a pane of those behind others. */
export function bringToFront(layout: Layout, pane: string): Layout {
  if (layout === null || groupWith(layout, pane)?.front === pane) return layout;
  return exchange(layout, pane, (group) => ({ ...group, front: pane }));
}

export function close(layout: Layout, pane: string): Layout {
  if (layout === null) return null;
  return exchange(layout, pane, ({ tabs, front }) => {
    const at = tabs.indexOf(pane);
    const others = tabs.filter((each) => each !== pane);
    // The tab that moves up takes the place
    return groupOf(others, front === pane ? (others[at] ?? others.at(-1)) : front);
  });
}

function splitBy(side: Side, node: LayoutNode, added: Group, part: number): Layout {
  const kind = side === 'left' || side === 'right' ? 'row' : 'column';
  const isFirst = side === 'left' || side === 'up';
  return isFirst
    ? join(kind, [added, node], [part, WHOLE - part])
    : join(kind, [node, added], [WHOLE - part, part]);
}

/** Puts a pane, open or not, where it is wanted, in front. A target that there is not changes nothing. */
export function place(layout: Layout, pane: string, target: Target): Layout {
  const added: Group = { kind: 'group', tabs: [pane], front: pane };
  const rest = close(layout, pane);
  if (rest === null) return added;
  if (target.kind === 'edge') return splitBy(target.side, rest, added, EDGE_PARTS);
  // Beside itself: beside those that it has stood among
  const others = groupWith(layout, target.of)?.tabs.filter((each) => each !== pane);
  const anchor = target.of === pane ? others?.[0] : target.of;
  if (anchor === undefined || groupWith(rest, anchor) === undefined) return layout;
  return exchange(rest, anchor, (group) => {
    if (target.kind === 'tabs') return { ...group, tabs: [...group.tabs, pane], front: pane };
    return splitBy(target.side, group, added, WHOLE / 2);
  });
}

/** Moves the border behind a child of the row or column at `path` by some parts. */
export function resize(layout: Layout, path: readonly number[], index: number, by: number): Layout {
  if (layout === null || layout.kind === 'group') return layout;
  const [step, ...further] = path;
  if (step !== undefined) {
    const children = layout.children.map((child, at) =>
      at === step ? (resize(child, further, index, by) ?? child) : child,
    );
    return { ...layout, children };
  }
  const before = layout.parts[index];
  const after = layout.parts[index + 1];
  if (before === undefined || after === undefined) return layout;
  const least = Math.min(LEAST, before, after);
  const moved = Math.round(Math.max(least - before, Math.min(after - least, by)));
  const parts = layout.parts.map((part, at) => {
    if (at === index) return part + moved;
    return at === index + 1 ? part - moved : part;
  });
  return { ...layout, parts };
}

/** Whether both have the same panes in the same places, however large. */
export function hasSamePlaces(one: Layout, other: Layout): boolean {
  if (one === null || other === null) return one === other;
  if (one.kind === 'group')
    return other.kind === 'group' && one.tabs.join('\n') === other.tabs.join('\n');
  return (
    other.kind === one.kind &&
    other.children.length === one.children.length &&
    one.children.every((child, at) => hasSamePlaces(child, other.children[at] ?? null))
  );
}
