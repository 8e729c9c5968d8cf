// The layout at first: a plan of where each home stands, filled with the panes that are open at first. Large screens have a plan
// of their own, with more places.

import { groupOf, join, type Layout } from './layout.ts';
import type { PaneHome } from './stored-layout.ts';

/** Homes that are one group. */
export interface HomeGroup {
  readonly homes: readonly string[];
}

export interface HomeSplit {
  readonly kind: 'row' | 'column';
  readonly parts: readonly (readonly [part: number, plan: HomePlan])[];
}

export type HomePlan = HomeGroup | HomeSplit;

/** The first of a group's panes is in front. */
export function layoutOf(plan: HomePlan, panes: readonly PaneHome[]): Layout {
  if ('homes' in plan) {
    const open = panes.filter(({ isOpen }) => isOpen);
    const tabs = plan.homes.flatMap((home) => open.filter((pane) => pane.home === home));
    return groupOf(tabs.map(({ id }) => id));
  }
  const children = plan.parts.map(([, child]) => layoutOf(child, panes));
  return join(
    plan.kind,
    children,
    plan.parts.map(([part]) => part),
  );
}
