// What a witness can tell of a machine that is saved.

import { DEFAULT_STORE_LIMITS } from '../iommu/store/store-limits.ts';
import type { Machine } from './machine.ts';
import type { BootStory } from './snapshot/booted-guest.ts';

/** What was seen of a guest until now. */
export type Witnessed = Pick<BootStory, 'console' | 'agent' | 'record' | 'keyframe' | 'bootMs'>;

/** The story of a machine up to where it stands. */
export function storyOf(
  { iommu, timeMs, instructions }: Pick<Machine, 'iommu' | 'timeMs' | 'instructions'>,
  seen: Witnessed,
): BootStory {
  const state = iommu?.state() ?? null;
  const mappings = (state?.domains ?? []).map(({ id }) => ({
    domain: id,
    mappings: iommu?.mappings(id, 0n, DEFAULT_STORE_LIMITS.maxMappings) ?? [],
  }));
  return { ...seen, state, mappings, timeMs, instructions };
}
