// An access that no driver asked for, and what became of it.

import type { ReservedKind } from '../iommu/regions/reserved-regions.ts';
import type { RogueRequest } from './recording/input.ts';

export type { RogueRequest } from './recording/input.ts';

export type RogueResult =
  | {
      readonly outcome: 'blocked';
      /** VIRTIO_IOMMU_FAULT_R_* */
      readonly reason: number;
      readonly address: bigint;
      /** VIRTIO_IOMMU_MAP_F_* of the mapping there, which lacks the right; null when nothing is mapped there. */
      readonly mappedFlags: number | null;
    }
  | {
      readonly outcome: 'completed';
      /** The first bytes read, or written, at most 64. */
      readonly bytes: Uint8Array;
      /** Whether the access went round translation, and not through a mapping. */
      readonly isBypass: boolean;
      /** The reserved region that let it through, and no mapping; null for none. In that of `msi` a write is an interrupt. */
      readonly region: ReservedKind | null;
    }
  /** Reached no RAM, though nothing stopped it on the way. */
  | { readonly outcome: 'no-memory'; readonly address: bigint }
  /** No access began: bus mastering of the function is off, which its driver switches on. */
  | { readonly outcome: 'no-master' };

/** An access that was made. */
export interface MachineAccess {
  readonly request: RogueRequest;
  readonly result: RogueResult;
}
