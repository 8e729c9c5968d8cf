// Reserved regions as the DMA path looks at them: what one endpoint may do where, in its present domain.

import { highWord, lowWord } from '../base/words.ts';
import { combineRegions, cutIntoPieces, type RegionList } from './combination-table.ts';
import type { IdentityPolicy } from './options.ts';
import { rightsOf, type ReservedRegion } from './reserved-regions.ts';

/** A stretch of IOVAs that the mappings of a domain do not decide about; bounds as halves, both inclusive. */
export interface RegionWindow {
  readonly startHigh: number;
  readonly startLow: number;
  readonly endHigh: number;
  readonly endLow: number;
  /** Whether writes are interrupt messages of this endpoint. */
  readonly isDoorbell: boolean;
  /** VIRTIO_IOMMU_MAP_F_* of accesses that are translated identically; all others fault. */
  readonly flags: number;
}

/** The windows of an endpoint by itself: unattached, or in a bypass domain, where all else is identity anyway. */
export function ownWindows(own: RegionList): readonly RegionWindow[] {
  return own.filter(({ kind }) => kind !== 'identity').map((region) => toWindow(region, region, 0));
}

/**
 * The windows of an endpoint in a domain. `own` are its regions, `joined` those of all endpoints there, its own among
 * them. An endpoint's own MSI region stays its doorbell under whatever the others have there: interrupt messages are
 * no accesses to memory.
 */
export function domainWindows(
  own: RegionList,
  joined: RegionList,
  policy: IdentityPolicy,
): readonly RegionWindow[] {
  return cutIntoPieces(own, joined).map((piece) => {
    const shared = policy === 'per-endpoint' ? piece.one : piece.other;
    return toWindow(piece, piece.one, shared === undefined ? 0 : rightsOf(shared));
  });
}

/** The regions of all these endpoints in one domain; halves first, so that many lists cost little more than one. */
export function joinRegions(lists: readonly RegionList[]): RegionList {
  const [only] = lists;
  if (only === undefined) return [];
  if (lists.length === 1) return only;
  const middle = lists.length >> 1;
  return combineRegions(joinRegions(lists.slice(0, middle)), joinRegions(lists.slice(middle)));
}

function toWindow(
  { start, end }: Pick<ReservedRegion, 'start' | 'end'>,
  own: ReservedRegion | undefined,
  flags: number,
): RegionWindow {
  return {
    startHigh: highWord(start),
    startLow: lowWord(start),
    endHigh: highWord(end),
    endLow: lowWord(end),
    isDoorbell: own?.kind === 'msi',
    flags,
  };
}
