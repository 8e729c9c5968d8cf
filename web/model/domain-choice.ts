// What the person has picked, and which domain's mappings that shows.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';

/** Nothing yet, an endpoint (then its domain, wherever it moves), or a domain. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'endpoint'; readonly id: number }
  | { readonly kind: 'domain'; readonly id: number };

export const NO_SELECTION: Selection = { kind: 'none' };

/** The domain to show; null when there is none. `busy`: the one to show while nobody has chosen another; null for the fullest. */
export function shownDomain(
  state: IommuState | null,
  selection: Selection,
  current: number | null,
  busy: number | null = null,
): number | null {
  if (state === null) return null;
  if (selection.kind === 'endpoint') {
    return state.endpoints.find((endpoint) => endpoint.id === selection.id)?.domain ?? null;
  }
  if (selection.kind === 'domain' && state.domains.some((each) => each.id === selection.id)) {
    return selection.id;
  }
  if (state.domains.some((each) => each.id === busy)) return busy;
  return fullestDomain(state, current);
}

/** Another domain takes over when it has this many times the mappings: enough not to flicker between two. */
const TAKEOVER_FACTOR = 4;

/** The domain with most to see, but without jumping. */
function fullestDomain(state: IommuState, current: number | null): number | null {
  const kept = state.domains.find((domain) => domain.id === current);
  let best = kept ?? state.domains[0];
  for (const domain of state.domains) {
    if (best === undefined || domain.mappings > best.mappings) best = domain;
  }
  const isKept = kept !== undefined && kept.mappings * TAKEOVER_FACTOR > (best?.mappings ?? 0);
  return (isKept ? kept : best)?.id ?? null;
}
