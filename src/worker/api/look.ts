// Looks into the machine, for what is too much to be told all the time.

import type { Mapping } from '../../iommu/store/mapping-store.ts';

export interface LookApi {
  /** Mappings of a domain in IOVA order from `from` on, at most `limit` (1..10000). */
  listMappings(domain: number, from: bigint, limit: number): Promise<readonly Mapping[]>;
}
